/// Writes arrays in NumPy's format, version 1.0, little-endian and row by row.
enum NPYWriter {
    static func array(_ values: some Collection<Double>, shape: [Int]) -> [UInt8] {
        bytes("<f8", values.map(\.bitPattern), shape)
    }

    static func array(_ values: some Collection<Int32>, shape: [Int]) -> [UInt8] {
        bytes("<i4", values, shape)
    }

    static func array(_ values: some Collection<Int64>, shape: [Int]) -> [UInt8] {
        bytes("<i8", values, shape)
    }

    private static func bytes<Element: FixedWidthInteger>(
        _ type: String, _ values: some Collection<Element>, _ shape: [Int]
    ) -> [UInt8] {
        // A tuple of one element is written with a comma after it, as Python does.
        let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(lengths)), }"
        // Magic, version, length, header and line feed fill a multiple of 64 bytes.
        let unpadded = 10 + header.utf8.count + 1
        header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"

        var bytes = NPYHeader.magic + [1, 0]
        bytes.reserveCapacity(10 + header.utf8.count + values.count * Element.bitWidth / 8)
        bytes.append(littleEndian: UInt16(header.utf8.count))
        bytes += header.utf8
        for value in values { bytes.append(littleEndian: value) }
        return bytes
    }
}

extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
