import Formats
import Testing
import Vocabulary

/// An NPY file with this header text and these numbers behind it.
private func npy<Element: FixedWidthInteger>(
    _ header: String, version: UInt8 = 1, _ elements: [Element]
) -> [UInt8] {
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
    let length = header.utf8.count
    bytes +=
        version == 1
        ? [UInt8(length & 0xFF), UInt8(length >> 8)] : [UInt8(length & 0xFF), UInt8(length >> 8), 0, 0]
    bytes += header.utf8
    for element in elements { withUnsafeBytes(of: element) { bytes += $0 } }
    return bytes
}

private func header(_ type: String, _ shape: String, fortran: Bool = false) -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (\(shape)), }\n"
}

private func read(_ bytes: [UInt8], _ format: InputFormat = .auto) throws -> ComputeInput {
    try InputParser.parse(bytes, as: format, precision: .float64)
}

struct BinaryTests {
    static let numbers: [Double] = [1, 2, -3, 4, 5, 6]
    static let bits = numbers.map(\.bitPattern)
    static let floatBits = numbers.map { Float($0).bitPattern }
    static let expected: [[Double]] = [[1, 2, -3], [4, 5, 6]]

    @Test func `element types and byte orders`() throws {
        let files = [
            npy(header("<f8", "2, 3"), Self.bits),
            npy(header(">f8", "2, 3"), Self.bits.map(\.byteSwapped)),
            npy(header("<f4", "2, 3"), Self.floatBits),
            npy(header(">f4", "2, 3"), Self.floatBits.map(\.byteSwapped)),
            npy(header("<i4", "2, 3"), Self.numbers.map { Int32($0) }),
            npy(header(">i4", "2, 3"), Self.numbers.map { Int32($0).byteSwapped }),
            npy(header("<i8", "2, 3"), Self.numbers.map { Int64($0) }),
            npy(header(">i8", "2, 3"), Self.numbers.map { Int64($0).byteSwapped }),
        ]
        for file in files { #expect(try read(file) == points(Self.expected)) }
    }

    @Test func `versions and index orders`() throws {
        for version: UInt8 in 1...3 {
            let file = npy(header("<f8", "2, 3"), version: version, Self.bits)
            #expect(try read(file, .npy) == points(Self.expected))
        }
        let file = npy(header("<f8", "2, 3", fortran: true), [1, 4, 2, 5, -3, 6].map(\Double.bitPattern))
        #expect(try read(file, .points) == points(Self.expected))
    }

    @Test func `a square of distances`() throws {
        let file = npy(header("<f8", "2, 2"), [0, 7, 7, 0].map(\Double.bitPattern))
        #expect(try read(file, .distances) == distances([7]))
    }

    @Test(arguments: [
        ("<f8", "6,", "its shape is (6), expected two dimensions"),
        ("<f8", "2, 2", "(2, 2) of f8 do not fill 48 bytes"),
        ("<f8", "0, 3", "it is empty"),
        ("<f8", "4611686018427387904, 4611686018427387904", "do not fill 48 bytes"),
        ("<f8", "99999999999999999999, 1", "its shape is too large"),
        ("<c8", "2, 3", "its elements are '<c8'; f4, f8, i4 and i8 are read"),
        ("|O", "2, 3", "its header names no plain element type"),
    ])
    func `what is wrong with an NPY file`(type: String, shape: String, message: String) {
        let text = complaint(npy(header(type, shape), Self.bits), .auto)
        #expect(text.hasPrefix("not a readable NPY file: "))
        #expect(text.contains(message))
    }

    @Test func `an NPY file cut anywhere is refused`() {
        let file = npy(header("<f8", "2, 3"), Self.bits)
        for length in 0..<file.count { #expect(!complaint(Array(file[..<length]), .npy).isEmpty) }
        #expect(complaint(npy(header("<f8", "2, 3"), version: 4, Self.bits), .npy).contains("version 4"))
        #expect(complaint(npy(header("<f8", "1, 1"), [Double.nan.bitPattern]), .npy).contains("points[0][0]"))
    }

    /// A DIPHA file of this type, number of points and distances.
    private func dipha(type: Int64 = 7, _ count: Int64, _ values: [Double]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in [8_067_171_840, type, count] { withUnsafeBytes(of: field) { bytes += $0 } }
        for value in values { withUnsafeBytes(of: value) { bytes += $0 } }
        return bytes
    }

    @Test func `a DIPHA distance matrix`() throws {
        #expect(try read(dipha(3, [0, 1, 2, 1, 0, 3, 2, 3, 0])) == distances([1, 2, 3]))
        #expect(try read(dipha(1, [0]), .dipha) == distances([]))
    }

    @Test func `what is wrong with a DIPHA file`() {
        #expect(complaint(dipha(type: 2, 1, [0]), .auto).contains("its type is 2, expected 7"))
        #expect(complaint(dipha(2, [0, 1, 1]), .dipha).contains("2 × 2 distances do not fill 24 bytes"))
        #expect(complaint(dipha(.max, [0]), .dipha).contains("do not fill"))
        #expect(complaint(dipha(-1, []), .dipha).contains("it has -1 points"))
        #expect(complaint(dipha(2, [0, 1, 2, 0]), .dipha).hasPrefix("not symmetric: distances[1][0] is 2.0"))
        #expect(complaint("1,2", .dipha).contains("does not start with"))
        let file = dipha(1, [0])
        for length in 0..<file.count { #expect(!complaint(Array(file[..<length]), .dipha).isEmpty) }
    }
}
