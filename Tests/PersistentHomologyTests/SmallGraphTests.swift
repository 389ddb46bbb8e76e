import HomologyOracle
import RipsTrials
import SeededRandom
import Testing
import Vocabulary

/// Dimension 1 of few vertices goes by classes of edges; with representatives or a higher dimension it does not, and the
/// bars are the same.
struct SmallGraphTests {
    enum Kind: CaseIterable, Sendable {
        case cube
        /// Neighbours at the same distance in all directions.
        case grid
        /// No metric: so many births that classes are not worth it where vertices are many.
        case random
        /// Most edges are longer than the first batch.
        case twoClusters
    }

    /// On both sides of where the sets of vertices get wider.
    static let counts = [2, 3, 63, 64, 65, 127, 128, 129, 191, 192, 193, 255, 256, 257]

    @Test(arguments: Kind.allCases, counts)
    func classesOfEdgesGiveTheBarsOfCycles(kind: Kind, count: Int) throws {
        for threshold in [nil, 0.6] {
            let byClasses = try pairs(kind, count, threshold)
            #expect(try pairs(kind, count, threshold, representatives: true) == byClasses)
            // Which takes too long where nearly every edge has a lune of its own kind.
            if kind == .random, count > 65 { continue }
            let higher = try pairs(kind, count, threshold, maxDimension: 2)
            #expect(higher.filter { $0.dimension <= 1 } == byClasses)
        }
    }

    private func pairs(
        _ kind: Kind, _ count: Int, _ threshold: Double?, maxDimension: Int = 1, representatives: Bool = false
    ) throws -> [PersistencePair] {
        try RipsCase(
            family: "\(kind)", count: count, lengths: lengths(kind, count), threshold: threshold,
            maxDimension: maxDimension
        ).engineResult(representatives: representatives).barcode.pairs
    }

    private func lengths(_ kind: Kind, _ count: Int) -> [Double] {
        var random = SplitMix64(seed: UInt64(count))
        if kind == .random {
            return (0..<count * (count - 1) / 2).map { _ in Double.random(in: 0...1, using: &random) }
        }
        return euclidean(
            (0..<count).map { place in
                var point = (0..<3).map { _ in Double.random(in: 0...1, using: &random) }
                switch kind {
                case .grid:
                    point = [Double(place % 7) / 4, Double(place / 7 % 7) / 4, Double(place / 49) / 4]
                case .twoClusters: point[0] += place % 2 == 0 ? 0 : 5
                case .cube, .random: break
                }
                return point
            })
    }
}
