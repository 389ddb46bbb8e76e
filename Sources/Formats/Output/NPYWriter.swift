/// Writes arrays in NumPy's format, version 1.0, little-endian and row by row.
package enum NPYWriter {
    static func array(_ values: some Collection<Double>, shape: [Int]) -> [UInt8] {
        bytes("<f8", values.map(\.bitPattern), shape)
    }

    static func array(_ values: some Collection<Int32>, shape: [Int]) -> [UInt8] {
        bytes("<i4", values, shape)
    }

    static func array(_ values: some Collection<Int64>, shape: [Int]) -> [UInt8] {
        bytes("<i8", values, shape)
    }

    /// What stands before the elements.
    ///
    /// - Parameter element: as NumPy names it, such as `<f8`.
    package static func header(element: String, shape: [Int]) -> [UInt8] {
        // A tuple of one element is written with a comma after it, as Python does.
        let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '\(element)', 'fortran_order': False, 'shape': (\(lengths)), }"
        // Magic, version, length, header and line feed fill a multiple of 64 bytes.
        let unpadded = 10 + header.utf8.count + 1
        header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"

        var bytes = NPYHeader.magic + [1, 0]
        bytes.append(littleEndian: UInt16(header.utf8.count))
        return bytes + header.utf8
    }

    private static func bytes<Element: FixedWidthInteger>(
        _ type: String, _ values: some Collection<Element>, _ shape: [Int]
    ) -> [UInt8] {
        var bytes = header(element: type, shape: shape)
        bytes.reserveCapacity(bytes.count + values.count * Element.bitWidth / 8)
        for value in values { bytes.append(littleEndian: value) }
        return bytes
    }
}

extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
