extension RenderedResult {
    /// As a server keeps it: the computation's milliseconds as a float64 and the length of the parameters as a
    /// uint64, both little-endian, the parameters, the results.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 + byteCount)
        for word in [computationMilliseconds.bitPattern, UInt64(parameters.utf8.count)] {
            withUnsafeBytes(of: word.littleEndian) { bytes += $0 }
        }
        bytes += parameters.utf8
        bytes += results
        return bytes
    }

    /// - Returns: nil for what was not encoded so.
    init?(encoded: [UInt8]) {
        guard encoded.count >= 16 else { return nil }
        let (time, length) = encoded.withUnsafeBytes { bytes in
            (
                UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        guard length <= UInt64(encoded.count - 16) else { return nil }
        let end = 16 + Int(length)
        guard let parameters = String(validating: encoded[16..<end], as: UTF8.self) else { return nil }
        self.init(
            results: Array(encoded[end...]), parameters: parameters,
            computationMilliseconds: Double(bitPattern: time))
    }
}
