/// What stands before the numbers of an NPY file.
struct NPYHeader {
    enum Element: String {
        case f4, f8, i4, i8
        var size: Int { self == .f4 || self == .i4 ? 4 : 8 }
    }

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    let element: Element
    let isBigEndian: Bool
    let isFortranOrder: Bool
    let shape: [Int]
    /// Where the numbers begin.
    let dataOffset: Int

    init(_ bytes: UnsafeRawBufferPointer) throws(TextError) {
        guard bytes.starts(with: Self.magic), bytes.count >= 10 else {
            throw .npy("it does not start with \\x93NUMPY and a version")
        }
        let version = bytes[6]
        guard (1...3).contains(version) else { throw .npy("version \(version) is unknown, 1 to 3 are known") }
        let lengthSize = version == 1 ? 2 : 4
        let start = 8 + lengthSize
        guard bytes.count >= start else { throw .npy("it ends inside its header") }
        let length = (0..<lengthSize).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        guard length <= bytes.count - start else { throw .npy("it ends inside its header") }
        dataOffset = start + length

        let header = String(decoding: bytes[start..<dataOffset], as: UTF8.self)
        guard let descr = header.firstMatch(of: /'descr':\s*'([<>=|]?)([a-zA-Z]\d+)'/) else {
            throw .npy("its header names no plain element type: \(header.prefix(80))")
        }
        guard let element = Element(rawValue: String(descr.2)) else {
            throw .npy("its elements are '\(descr.1)\(descr.2)'; f4, f8, i4 and i8 are read")
        }
        self.element = element
        isBigEndian = descr.1 == ">"
        guard let order = header.firstMatch(of: /'fortran_order':\s*(True|False)/),
            let shape = header.firstMatch(of: /'shape':\s*\(([\d,\s]*)\)/)
        else { throw .npy("its header has no shape and order: \(header.prefix(80))") }
        isFortranOrder = order.1 == "True"
        var lengths: [Int] = []
        for number in shape.1.split(whereSeparator: { !$0.isNumber }) {
            guard let length = Int(number) else { throw .npy("its shape is too large: (\(shape.1))") }
            lengths.append(length)
        }
        self.shape = lengths
    }
}

extension TextError {
    static func npy(_ message: String) -> TextError {
        TextError("not a readable NPY file: \(message)", at: nil)
    }
}
