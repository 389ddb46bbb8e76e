import Foundation
import SeededRandom
import Vocabulary

/// Distances straight from their definitions, in double precision, a pair at a time.
enum DistanceOracle {
    static func distance(_ a: [Double], _ b: [Double], _ metric: Metric) -> Double {
        let differences = zip(a, b).map { abs($0 - $1) }
        switch metric {
        case .euclidean: return differences.map { $0 * $0 }.reduce(0, +).squareRoot()
        case .sqeuclidean: return differences.map { $0 * $0 }.reduce(0, +)
        case .manhattan: return differences.reduce(0, +)
        case .chebyshev: return differences.max() ?? 0
        case .hamming: return Double(differences.filter { $0 != 0 }.count) / Double(a.count)
        case .minkowski(let p): return pow(differences.map { pow($0, p) }.reduce(0, +), 1 / p)
        case .cosine: return 1 - dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
        case .correlation: return distance(centred(a), centred(b), .cosine)
        }
    }

    /// All pairs in condensed order.
    static func distances(of cloud: PointCloud, _ metric: Metric) -> [Double] {
        let points = (0..<cloud.count).map { point in
            (0..<cloud.dimension).map { cloud.coordinates[point * cloud.dimension + $0] }
        }
        return points.indices.flatMap { row in
            (0..<row).map { distance(points[row], points[$0], metric) }
        }
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).map { $0 * $1 }.reduce(0, +)
    }

    private static func centred(_ a: [Double]) -> [Double] {
        let mean = a.reduce(0, +) / Double(a.count)
        return a.map { $0 - mean }
    }
}

func randomCloud(
    _ count: Int, _ dimension: Int, in range: ClosedRange<Double> = -1...1, precision: Precision = .float32,
    seed: UInt64 = 1
) throws -> PointCloud {
    var random = SplitMix64(seed: seed)
    let values = (0..<count * dimension).map { _ in Double.random(in: range, using: &random) }
    return try PointCloud(dimension: dimension, coordinates: Scalars.float64(values).converted(to: precision))
}

let allMetrics: [Metric] = [
    .euclidean, .sqeuclidean, .manhattan, .chebyshev, .cosine, .correlation, .hamming, .minkowski(p: 3),
    .minkowski(p: 1.5),
]

extension Scalars {
    var doubles: [Double] { (0..<count).map { self[$0] } }
}

extension Numbers {
    var doubles: [Double] { scalars.doubles }
}
