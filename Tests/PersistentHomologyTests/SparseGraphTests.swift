import Hardware
import HomologyOracle
import RipsTrials
import SeededRandom
import TestSupport
import Testing
import Vocabulary

/// Graphs of so few edges that their lists are walked: the bars are those of the matrix with the same lengths.
struct SparseGraphTests {
    enum Kind: CaseIterable, Sendable {
        /// Points in the square, joined to what is near.
        case near
        /// The same, and a few vertices that are joined to everything: lists of very different lengths.
        case hubs
        /// Groups all of whose members know each other, a few of them in several: long lists with much in common.
        case groups
        /// Edges drawn at random, and nearly all of the same length.
        case random
    }

    private static let count = 1300

    @Test(arguments: Kind.allCases, [1, 2, 3])
    func listsGiveTheBarsOfAMatrix(kind: Kind, maxDimension: Int) throws {
        let sparse = try sparse(kind, maxDimension)
        let expected = try sparse.inForm(.dense).engineResult().barcode
        #expect(try sparse.engineResult().barcode == expected)
        #expect(
            try sparse.engineResult(context: ComputeContext(team: ThreadTeam(size: 2))).barcode == expected)
        #expect(expected.pairs.contains { $0.dimension == 1 && $0.death < .infinity })
    }

    @Test(arguments: Kind.allCases)
    func soTheyDoOverAnotherField(kind: Kind) throws {
        var sparse = try sparse(kind, 2)
        sparse.modulus = 3
        #expect(try sparse.engineResult().barcode == sparse.inForm(.dense).engineResult().barcode)
    }

    @Test(arguments: Kind.allCases)
    func soTheyDoWithCocycles(kind: Kind) throws {
        let sparse = try sparse(kind, 1)
        let found = try sparse.engineResult(representatives: true).barcode
        #expect(try found.pairs == sparse.engineResult().barcode.pairs)
        #expect(
            try sparse.engineResult(
                context: ComputeContext(team: ThreadTeam(size: 2)), representatives: true
            ).barcode == found)
    }

    private func sparse(_ kind: Kind, _ maxDimension: Int) throws -> RipsCase {
        var random = SplitMix64(seed: 7)
        var graph = RipsCase(
            family: "\(kind)", count: Self.count,
            lengths: Array(repeating: .infinity, count: Self.count * (Self.count - 1) / 2), form: .sparse,
            maxDimension: maxDimension)
        func join(_ a: Int, _ b: Int, _ length: Double) {
            if a != b { graph[a, b] = Double(Float(length)) }
        }
        switch kind {
        case .near, .hubs:
            let points = (0..<Self.count).map { _ in
                (Double.random(in: 0...1, using: &random), Double.random(in: 0...1, using: &random))
            }
            for (a, p) in points.enumerated() {
                for (b, q) in points[..<a].enumerated() {
                    let square = (p.0 - q.0) * (p.0 - q.0) + (p.1 - q.1) * (p.1 - q.1)
                    if square < 0.0028 { join(a, b, square.squareRoot()) }
                }
            }
            if kind == .near { break }
            for hub in 0..<3 {
                for other in 3..<Self.count { join(hub, other, Double.random(in: 0.02...1, using: &random)) }
            }
        case .groups:
            for group in 0..<40 {
                var members = (0..<22).map { (group * 31 + $0) % Self.count }
                members += (0..<2).map { _ in random.integer(0...Self.count - 1) }
                for (place, a) in members.enumerated() {
                    for b in members[..<place] { join(a, b, Double.random(in: 0...1, using: &random)) }
                }
            }
        case .random:
            for _ in 0..<8000 {
                join(
                    random.integer(0...Self.count - 1), random.integer(0...Self.count - 1),
                    Double(random.integer(1...2)))
            }
            for a in 0..<40 {
                for (b, c, length) in [(a, a + 40, 0.5), (a + 40, a + 80, 0.25), (a, a + 80, 0.75)] {
                    join(b, c, length)
                }
            }
        }
        return graph
    }
}
