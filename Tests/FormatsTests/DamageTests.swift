import Formats
import SeededRandom
import Testing
import Vocabulary

/// Damaged inputs are read or refused; that the process lives on is what these tests are for.
struct DamageTests {
    @Test func `whole they are read`() {
        #expect(complaint(Self.npy, .auto) == "")
        #expect(complaint(Self.dipha, .auto) == "")
    }

    static let samples: [[UInt8]] =
        [
            "x,y\n1,2.5\n-3e2,4\n", "[[1,2.5],[-3e2,4]]", "0 1 2\n1 0 3\n2 3 0\n", "1\n2,3\n4,5,6\n",
            "0 1 0.5\n1 2 0.25\n2 2 0.1\n", "# a comment\n\u{FEFF}1;2\n",
        ].map { Array($0.utf8) } + [npy, dipha]

    static let npy =
        [0x93] + Array("NUMPY".utf8) + [1, 0, 59, 0]
        + Array("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }\n".utf8)
        + [UInt8](repeating: 0x3F, count: 16)

    static let dipha: [UInt8] =
        [0x00, 0x46, 0xD7, 0xE0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
        + [UInt8](repeating: 0, count: 32)

    @Test(arguments: samples.indices)
    func `changed, cut and lengthened`(index: Int) {
        var random = SplitMix64(seed: UInt64(index))
        for _ in 0..<2_000 {
            var bytes = Self.samples[index]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0 where place < bytes.count: bytes[place] = .random(in: 0...255, using: &random)
                case 1 where place < bytes.count:
                    bytes[place] = ",;\n []#-+.e09\"".utf8.randomElement(using: &random) ?? 0
                case 2: bytes.removeSubrange(place...)
                default: bytes.insert(contentsOf: bytes.suffix(8), at: place)
                }
            }
            for format in InputFormat.allCases {
                _ = complaint(bytes, format, precision: .float32)
            }
            for format in PointsFormat.allCases {
                _ = try? InputParser.points(bytes, as: format, precision: .float32)
            }
        }
    }
}
