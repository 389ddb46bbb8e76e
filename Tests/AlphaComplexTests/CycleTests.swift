import Hardware
import SeededRandom
import TestSupport
import Testing
import Vocabulary

/// Representative cycles: at every radius those of the bars that are alive are a basis of homology.
struct CycleTests {
    /// A chain as coefficients other than 0 by simplices in decreasing order.
    private typealias Chain = [[Int]: Int]

    private static func chain(_ cycle: RepresentativeCocycle, dimension: Int) -> Chain {
        var chain: Chain = [:]
        for (index, coefficient) in cycle.coefficients.enumerated() {
            let vertices = cycle.vertices[(dimension + 1) * index..<(dimension + 1) * (index + 1)]
            chain[vertices.map(Int.init)] = Int(coefficient)
        }
        return chain
    }

    private static func boundary(_ chain: Chain, _ prime: Int) -> Chain {
        var boundary: Chain = [:]
        for (simplex, coefficient) in chain where simplex.count > 1 {
            for corner in simplex.indices {
                var face = simplex
                face.remove(at: corner)
                let sign = corner.isMultiple(of: 2) ? coefficient : prime - coefficient
                let sum = ((boundary[face] ?? 0) + sign) % prime
                boundary[face] = sum == 0 ? nil : sum
            }
        }
        return boundary
    }

    private static func rank(_ chains: [Chain], _ prime: Int) -> Int {
        var reduced: [[Int]: Chain] = [:]
        for chain in chains {
            var chain = chain
            while let pivot = chain.keys.max(by: { $0.lexicographicallyPrecedes($1) }),
                let other = reduced[pivot]
            {
                let factor = prime - chain[pivot]! * CechOracle.inverse(other[pivot]!, prime) % prime
                for (simplex, coefficient) in other {
                    let sum = ((chain[simplex] ?? 0) + factor * coefficient) % prime
                    chain[simplex] = sum == 0 ? nil : sum
                }
            }
            if let pivot = chain.keys.max(by: { $0.lexicographicallyPrecedes($1) }) { reduced[pivot] = chain }
        }
        return reduced.count
    }

    private func expectBases(_ points: [[Double]], _ prime: Int, threshold: Double, _ comment: Comment) throws
    {
        let barcode = try alpha(points, maxAlphaValue: threshold, prime: prime, representatives: true).barcode
        try #require(barcode.representatives.count == barcode.pairs.count)
        let simplices = CechOracle.simplices(of: points)
        let radius = Dictionary(uniqueKeysWithValues: simplices.map { ($0.vertices, $0.radius) })
        var bars: [(pair: PersistencePair, chain: Chain)] = []
        for (pair, cycle) in zip(barcode.pairs, barcode.representatives) {
            let chain = Self.chain(cycle, dimension: pair.dimension)
            bars.append((pair, chain))
            #expect(!chain.isEmpty && Self.boundary(chain, prime).isEmpty, "\(comment): a cycle")
            let latest = chain.keys.map { radius[$0.reversed()] ?? .infinity }.max() ?? .infinity
            #expect(latest <= pair.birth * (1 + 1e-9), "\(comment): there at its birth")
        }
        let moments = Set(barcode.pairs.flatMap { [$0.birth, $0.death] }).filter { $0 < threshold }.sorted()
        for (moment, next) in zip(moments, moments.dropFirst() + [moments.last! + 1]) {
            let between = min((moment + next) / 2, threshold)
            for dimension in 0..<points[0].count {
                let alive = bars.filter {
                    $0.pair.dimension == dimension && $0.pair.birth <= between && $0.pair.death > between
                }
                let boundaries = simplices.filter {
                    $0.vertices.count == dimension + 2 && $0.radius <= between
                }.map { Self.boundary([Array($0.vertices.reversed()): 1], prime) }
                let (alone, together) = (
                    Self.rank(boundaries, prime), Self.rank(boundaries + alive.map(\.chain), prime)
                )
                #expect(together == alone + alive.count, "\(comment): independent in degree \(dimension)")
            }
        }
    }

    @Test(arguments: [2, 3], [2, 3]) func randomClouds(dimension: Int, prime: Int) throws {
        var numbers = SplitMix64(seed: UInt64(100 * dimension + prime))
        for trial in 0..<60 {
            let count = Int.random(in: 1...7, using: &numbers)
            let points = (0..<count).map { _ in (0..<dimension).map { _ in numbers.unit() } }
            let threshold = trial.isMultiple(of: 2) ? Double.infinity : 0.3
            try expectBases(points, prime, threshold: threshold, "trial \(trial)")
        }
    }

    @Test(arguments: [2, 3]) func wholeNumbers(dimension: Int) throws {
        var numbers = SplitMix64(seed: UInt64(40 + dimension))
        for trial in 0..<60 {
            let count = Int.random(in: 1...7, using: &numbers)
            let points = Array(
                Set((0..<count).map { _ in (0..<dimension).map { _ in numbers.whole(0...2) } }))
            try expectBases(points, 3, threshold: .infinity, "trial \(trial): \(points)")
        }
    }

    /// Ties are broken by the points, not by how the mesh is stored.
    @Test(arguments: [2, 3]) func areTheSameForEveryNumberOfThreads(dimension: Int) throws {
        var numbers = SplitMix64(seed: UInt64(dimension))
        var points = (0..<9000).map { _ in (0..<dimension).map { _ in numbers.whole(0...60) } }
        points += points.prefix(100)
        let alone = try alpha(points, prime: 3, representatives: true)
        let together = try alpha(
            points, prime: 3, representatives: true, context: ComputeContext(team: ThreadTeam(size: 3)))
        #expect(alone.barcode == together.barcode)
    }

    /// Points that coincide are named by the first.
    @Test func coincidingPointsHaveOneName() throws {
        let barcode = try alpha([[1, 1], [0, 0], [1, 1], [0, 0]], representatives: true).barcode
        #expect(Set(barcode.representatives.flatMap(\.vertices)) == [0, 1])
    }
}
