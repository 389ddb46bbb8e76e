import Distances
import Foundation
import Hardware
import SeededRandom
import TestSupport
import Testing
import Vocabulary

/// Weighted lengths and distances to measure, against their definitions.
@Suite struct WeightsTests {
    @Test(arguments: [Metric.euclidean, .manhattan, .cosine], [1, 4, 29])
    func aDistanceToMeasureIsItsDefinition(metric: Metric, neighbours: Int) throws {
        let cloud = try randomCloud(30, 3, precision: .float64)
        let matrix = try PairwiseDistances.matrix(
            of: cloud, metric: metric, precision: .float64, context: ComputeContext())
        let r = 1.7
        let expected = (0..<30).map { point -> Double in
            let others = (0..<30).filter { $0 != point }.map { length(matrix, point, $0) }.sorted()
            let sum = others.prefix(neighbours).reduce(0) { $0 + pow($1, r) }
            return 2 * pow(sum / Double(neighbours + 1), 1 / r)
        }
        for context in [ComputeContext(), ComputeContext(team: ThreadTeam(size: 3))] {
            let ofPoints = try DistanceToMeasure.weights(
                of: cloud, neighbours: neighbours, r: r, metric: metric, precision: .float64, context: context
            )
            let ofMatrix = try DistanceToMeasure.weights(
                of: matrix, neighbours: neighbours, r: r, context: context)
            #expect(ofPoints == ofMatrix)
            for (weight, other) in zip(ofPoints, expected) { #expect(abs(weight - other) < 1e-12) }
            #expect(context.memory.current == 0)
        }
        let graph = try SparseGraph(
            count: 30, ends: (0..<30).flatMap { a in (0..<a).flatMap { [Int32($0), Int32(a)] } },
            lengths: matrix.lowerTriangle.scalars)
        #expect(
            try DistanceToMeasure.weights(of: graph, neighbours: neighbours, r: r, context: ComputeContext())
                == DistanceToMeasure.weights(
                    of: matrix, neighbours: neighbours, r: r, context: ComputeContext()))
    }

    @Test func tooFewNeighboursAreNamed() throws {
        let cloud = try randomCloud(3, 2)
        #expect(throws: DistanceError.self) {
            try DistanceToMeasure.weights(
                of: cloud, neighbours: 3, r: 2, metric: .euclidean, precision: .float32,
                context: ComputeContext())
        }
        let path = try SparseGraph(count: 3, ends: [0, 1, 1, 2], lengths: .float32([1, 2]))
        let error = #expect(throws: DistanceError.self) {
            try DistanceToMeasure.weights(of: path, neighbours: 2, r: 2, context: ComputeContext())
        }
        #expect("\(String(describing: error))".contains("vertex 0"))
    }

    /// The length is the larger weight, or the root of the equation that defines it.
    @Test(arguments: Weighting.Exponent.allCases)
    func aWeightedLengthSolvesItsEquation(exponent: Weighting.Exponent) throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<500 {
            let (u, v) = (Double.random(in: 0...1, using: &random), Double.random(in: 0...1, using: &random))
            let distance = Double.random(in: 0...1, using: &random)
            let t = try weighted(distance, u, v, exponent)
            #expect(t >= max(u, v))
            let p = exponent == .one ? 1.0 : 2.0
            if exponent == .infinity {
                #expect(t == max(u, v, distance))
            } else if 2 * distance <= pow(abs(pow(u, p) - pow(v, p)), 1 / p) {
                #expect(t == max(u, v))
            } else {
                let radii = pow(pow(t, p) - pow(u, p), 1 / p) + pow(pow(t, p) - pow(v, p), 1 / p)
                #expect(abs(radii - 2 * distance) < 1e-6)
            }
        }
    }

    @Test(arguments: Weighting.Exponent.allCases)
    func extremesOfWeightedLengths(exponent: Weighting.Exponent) throws {
        #expect(try weighted(0, 0, 0, exponent) == 0)
        #expect(try weighted(0, 2, 2, exponent) == 2)
        #expect(try weighted(3, 0, 0, exponent) == 3)
        #expect(try weighted(.infinity, 1, 2, exponent) == .infinity)
        #expect(try weighted(1e300, 1e300, 0, exponent) < .infinity)
    }

    /// By way of a matrix of two points.
    private func weighted(
        _ distance: Double, _ u: Double, _ v: Double, _ exponent: Weighting.Exponent
    ) throws -> Double {
        let matrix = try DistanceMatrix(count: 2, lowerTriangle: .float64([distance]))
        let weighted = try WeightedLengths.apply([u, v], exponent, to: matrix, context: ComputeContext())
        #expect(weighted.vertexBirths == .float64([u, v]))
        return weighted.lowerTriangle[0]
    }

    private func length(_ matrix: DistanceMatrix, _ a: Int, _ b: Int) -> Double {
        matrix.lowerTriangle[max(a, b) * (max(a, b) - 1) / 2 + min(a, b)]
    }
}
