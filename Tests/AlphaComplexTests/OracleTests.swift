import SeededRandom
import Testing
import Vocabulary

/// Thousands of small clouds, most of them degenerate, beside the Čech oracle.
struct OracleTests {
    @Test(arguments: [2, 3]) func randomClouds(dimension: Int) throws {
        var numbers = SplitMix64(seed: UInt64(dimension))
        for trial in 0..<600 {
            let count = Int.random(in: 1...8, using: &numbers)
            let points = (0..<count).map { _ in (0..<dimension).map { _ in numbers.unit() } }
            expectSame(try alpha(points).barcode.pairs, CechOracle.bars(of: points), "trial \(trial)")
        }
    }

    /// Few whole numbers: points coincide, are on lines, planes, circles and spheres.
    @Test(arguments: [(2, 2), (2, 4), (3, 1), (3, 2), (3, 3)])
    func wholeNumbers(dimension: Int, highest: Int) throws {
        var numbers = SplitMix64(seed: UInt64(10 * dimension + highest))
        for trial in 0..<400 {
            let count = Int.random(in: 1...8, using: &numbers)
            let points = (0..<count).map { _ in (0..<dimension).map { _ in numbers.whole(0...highest) } }
            let distinct = Array(Set(points))
            expectSame(
                try alpha(points).barcode.pairs, CechOracle.bars(of: distinct), "trial \(trial): \(points)")
        }
    }

    /// Points of a tilted plane and of a line in space.
    @Test func flatClouds() throws {
        var numbers = SplitMix64(seed: 77)
        for trial in 0..<200 {
            let count = Int.random(in: 2...8, using: &numbers)
            let isLine = trial.isMultiple(of: 2)
            let points = (0..<count).map { _ -> [Double] in
                let (s, t) = (numbers.whole(-4...4), isLine ? 0 : numbers.whole(-4...4))
                return [s + 2 * t, 2 * s - t + 1, 3 * s + t]
            }
            let distinct = Array(Set(points))
            expectSame(
                try alpha(points).barcode.pairs, CechOracle.bars(of: distinct), "trial \(trial): \(points)")
        }
    }

    /// Whole points on one sphere, all of whose balls are tied.
    @Test func cosphericalClouds() throws {
        var sphere: [[Double]] = []
        for x in -3...3 {
            for y in -3...3 {
                for z in -3...3 where x * x + y * y + z * z == 9 {
                    sphere.append([Double(x), Double(y), Double(z)])
                }
            }
        }
        var numbers = SplitMix64(seed: 9)
        for trial in 0..<150 {
            let points = Array(sphere.shuffled(using: &numbers).prefix(8))
            expectSame(try alpha(points).barcode.pairs, CechOracle.bars(of: points), "trial \(trial)")
            let filled = points + [[0, 0, 0]]
            expectSame(try alpha(filled).barcode.pairs, CechOracle.bars(of: filled), "trial \(trial), filled")
        }
    }

    @Test(arguments: [3, 5, 32749]) func otherFields(prime: Int) throws {
        var numbers = SplitMix64(seed: UInt64(prime))
        for trial in 0..<100 {
            let points = (0..<8).map { _ in (0..<3).map { _ in numbers.whole(0...3) } }
            let distinct = Array(Set(points))
            let oracle = CechOracle.bars(of: distinct, prime: prime == 32749 ? 7 : prime)
            expectSame(try alpha(points, prime: prime).barcode.pairs, oracle, "trial \(trial): \(points)")
        }
    }

    /// A barcode at a threshold is the whole barcode, cut off there.
    @Test(arguments: [2, 3]) func thresholds(dimension: Int) throws {
        var numbers = SplitMix64(seed: UInt64(dimension))
        for trial in 0..<200 {
            let points = (0..<9).map { _ in (0..<dimension).map { _ in numbers.unit() } }
            let threshold = 0.5 * numbers.unit()
            let whole = CechOracle.bars(of: points)
            let expected = whole.filter { $0.birth <= threshold }.map {
                PersistencePair(
                    dimension: $0.dimension, birth: $0.birth,
                    death: $0.death <= threshold ? $0.death : .infinity)
            }
            let found = try alpha(points, maxAlphaValue: threshold).barcode.pairs
            expectSame(found, expected.sorted(), "trial \(trial)")
        }
    }
}
