/// Reads a table of numbers from an NPY file that holds a two-dimensional array.
enum NPYTable {
    static func table(_ bytes: UnsafeRawBufferPointer) throws(TextError) -> NumberTable {
        let header = try NPYHeader(bytes)
        guard header.shape.count == 2 else {
            let shape = header.shape.map(String.init).joined(separator: ", ")
            throw .npy("its shape is (\(shape)), expected two dimensions: rows and columns")
        }
        let (rows, columns) = (header.shape[0], header.shape[1])
        guard rows > 0, columns > 0 else { throw .npy("its shape is (\(rows), \(columns)): it is empty") }
        let (count, tooMany) = rows.multipliedReportingOverflow(by: columns)
        let (size, tooLarge) = count.multipliedReportingOverflow(by: header.element.size)
        let found = bytes.count - header.dataOffset
        guard !tooMany, !tooLarge, size == found else {
            throw .npy("(\(rows), \(columns)) of \(header.element) do not fill \(found) bytes")
        }
        let data = UnsafeRawBufferPointer(rebasing: bytes[header.dataOffset...])
        let stored = read(data, header, count)
        guard header.isFortranOrder else {
            return NumberTable(columns: columns, values: stored, textStart: nil)
        }
        let values = [Double](unsafeUninitializedCapacity: count) { values, initialized in
            for row in 0..<rows {
                for column in 0..<columns { values[row &* columns &+ column] = stored[column &* rows &+ row] }
            }
            initialized = count
        }
        return NumberTable(columns: columns, values: values, textStart: nil)
    }

    private static func read(_ data: UnsafeRawBufferPointer, _ header: NPYHeader, _ count: Int) -> [Double] {
        func bits<Bits: FixedWidthInteger>(_: Bits.Type, _ value: (Bits) -> Double) -> [Double] {
            (0..<count).map { index in
                let bits = data.loadUnaligned(fromByteOffset: index * (Bits.bitWidth / 8), as: Bits.self)
                return value(header.isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
            }
        }
        return switch header.element {
        case .f4: bits(UInt32.self) { Double(Float(bitPattern: $0)) }
        case .f8: bits(UInt64.self) { Double(bitPattern: $0) }
        case .i4: bits(Int32.self) { Double($0) }
        case .i8: bits(Int64.self) { Double($0) }
        }
    }
}
