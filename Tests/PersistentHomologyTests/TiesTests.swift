import HomologyOracle
import RipsTrials
import SeededRandom
import Testing
import Vocabulary

/// Distances of which very many are equal, among so many vertices that edges with an empty lune are looked for by keys.
/// In float64 keys do not tell ties, and sparse graphs have none: the bars are the same.
struct TiesTests {
    enum Kind: CaseIterable, Sendable {
        /// Of every three distances the two largest are equal.
        case ultrametric
        /// One, two or three, at random.
        case threeValues
        /// Half of the points are at the places of the others.
        case twins
        case grid
    }

    @Test(arguments: Kind.allCases, [257, 330, 520])
    func everyFormGivesTheSameBars(kind: Kind, count: Int) throws {
        // Where nearly every edge has a lune of its own kind the reduction takes long.
        let dense = try matrix(kind, kind == .threeValues ? min(count, 330) : count)
        let expected = try dense.engineResult().barcode.pairs
        #expect(try dense.inForm(.sparse).engineResult().barcode.pairs == expected)
        #expect(try dense.inPrecision(.float64).engineResult().barcode.pairs == expected)
        #expect(try dense.renumbered(seed: 5).engineResult().barcode.pairs == expected)
        var lower = dense
        lower.maxDimension = 0
        #expect(try lower.engineResult().barcode.pairs == expected.filter { $0.dimension == 0 })
    }

    private func matrix(_ kind: Kind, _ count: Int) throws -> RipsCase {
        var random = SplitMix64(seed: UInt64(count))
        let places = (0..<count).map { _ in (random.integer(0...15), random.integer(0...15)) }
        var matrix = RipsCase(
            family: "\(kind)", count: count, lengths: Array(repeating: 0, count: count * (count - 1) / 2))
        for a in 0..<count {
            for b in 0..<a {
                switch kind {
                case .ultrametric: matrix[a, b] = Double(Int.bitWidth - (a ^ b).leadingZeroBitCount)
                case .threeValues: matrix[a, b] = Double(random.integer(1...3))
                case .twins, .grid:
                    let (p, q) =
                        kind == .grid ? ((a % 20, a / 20), (b % 20, b / 20)) : (places[a / 2], places[b / 2])
                    let (x, y) = (Double(p.0 - q.0), Double(p.1 - q.1))
                    matrix[a, b] = Double(Float((x * x + y * y).squareRoot()))
                }
            }
        }
        return matrix.renumbered(seed: 1)
    }
}
