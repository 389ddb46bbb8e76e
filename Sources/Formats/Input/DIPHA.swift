/// Reads a DIPHA distance matrix: three little-endian `Int64`, 8067171840, the file type 7 and the number
/// of points n, and n² doubles.
enum DIPHA {
    private static let magic: Int64 = 8_067_171_840
    private static let distanceMatrix: Int64 = 7
    private static let headerSize = 24

    static func isDIPHA(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 8 && integer(bytes, at: 0) == magic
    }

    static func table(_ bytes: UnsafeRawBufferPointer) throws(TextError) -> NumberTable {
        guard isDIPHA(bytes) else { throw .dipha("it does not start with the number 8067171840") }
        guard bytes.count >= headerSize else { throw .dipha("it ends inside its header") }
        let type = integer(bytes, at: 8)
        guard type == distanceMatrix else {
            throw .dipha("its type is \(type), expected \(distanceMatrix), a distance matrix")
        }
        let count = Int(integer(bytes, at: 16))
        guard count > 0 else { throw .dipha("it has \(count) points") }
        let (square, tooMany) = count.multipliedReportingOverflow(by: count)
        let (size, tooLarge) = square.multipliedReportingOverflow(by: 8)
        let found = bytes.count - headerSize
        guard !tooMany, !tooLarge, size == found else {
            throw .dipha("\(count) × \(count) distances do not fill \(found) bytes")
        }
        let values = (0..<square).map { index in
            Double(bitPattern: UInt64(bitPattern: integer(bytes, at: headerSize + 8 * index)))
        }
        return NumberTable(columns: count, values: values, textStart: nil)
    }

    private static func integer(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int64 {
        Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
    }
}

extension TextError {
    fileprivate static func dipha(_ message: String) -> TextError {
        TextError("not a readable DIPHA file: \(message)", at: nil)
    }
}
