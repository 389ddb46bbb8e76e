import AlphaComplex
import Hardware
import SeededRandom
import Testing
import Vocabulary

extension SplitMix64 {
    mutating func whole(_ range: ClosedRange<Int>) -> Double { Double(integer(range)) }
}

func cloud(_ points: [[Double]]) throws -> PointCloud {
    try PointCloud(dimension: points[0].count, coordinates: .float64(points.flatMap { $0 }))
}

func alpha(
    _ points: [[Double]], maxAlphaValue: Double = .infinity, maxDimension: Int? = nil, prime: Int = 2,
    representatives: Bool = false, context: ComputeContext = ComputeContext()
) throws -> ComputeResult {
    let options = try AlphaComplexOptions(
        maxDimension: maxDimension, maxAlphaValue: maxAlphaValue, field: CoefficientField(modulus: prime),
        representatives: representatives)
    return try AlphaComplex.barcode(of: cloud(points), options: options, context: context)
}

/// Whether two barcodes are the same but for rounding.
func expectSame(
    _ found: [PersistencePair], _ expected: [PersistencePair], _ comment: Comment,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let found = inRoundedOrder(found.filter { !CechOracle.isEmpty($0) })
    let expected = inRoundedOrder(expected)
    let agree =
        found.count == expected.count
        && zip(found, expected).allSatisfy { a, b in
            a.dimension == b.dimension && close(a.birth, b.birth) && close(a.death, b.death)
        }
    #expect(agree, "\(comment): \(found) instead of \(expected)", sourceLocation: sourceLocation)
}

/// By dimension, birth and death, where births that differ by rounding alone are equal.
private func inRoundedOrder(_ pairs: [PersistencePair]) -> [PersistencePair] {
    func key(_ pair: PersistencePair) -> (Int, Double, Double) {
        (pair.dimension, (pair.birth * 1e10).rounded(), pair.death)
    }
    return pairs.sorted { key($0) < key($1) }
}

private func close(_ a: Double, _ b: Double) -> Bool {
    a == b || (a - b).magnitude <= 1e-9 * max(a.magnitude, b.magnitude)
}

/// All points with whole coordinates from 0 to `side - 1`.
func grid(_ side: Int, dimension: Int, step: Double = 1) -> [[Double]] {
    var points: [[Double]] = [[]]
    for _ in 0..<dimension { points = points.flatMap { p in (0..<side).map { p + [Double($0) * step] } } }
    return points
}
