import Distances
import Foundation
import Hardware
import SeededRandom
import Testing
import Vocabulary

@Suite struct NeighboursTests {
    private struct Edge: Hashable {
        let a: Int32
        let b: Int32
        let length: Double
    }

    /// The edges between the points of the cloud, by the larger of the two, then by the smaller.
    private func edges(_ near: NeighbourGraph) -> [Edge] {
        let edges = (0..<near.graph.edgeCount).map { edge in
            let (a, b) = (
                near.labels[Int(near.graph.ends[2 * edge])], near.labels[Int(near.graph.ends[2 * edge + 1])]
            )
            return Edge(a: max(a, b), b: min(a, b), length: near.graph.lengths[edge])
        }
        return edges.sorted { ($0.a, $0.b) < ($1.a, $1.b) }
    }

    /// What the matrix holds within the threshold, in its own order.
    private func edges(_ matrix: DistanceMatrix, within threshold: Double) -> [Edge] {
        var (edges, next) = ([] as [Edge], 0)
        for a in 0..<matrix.count {
            for b in 0..<a {
                let length = matrix.lowerTriangle[next]
                if length <= threshold { edges.append(Edge(a: Int32(a), b: Int32(b), length: length)) }
                next += 1
            }
        }
        return edges
    }

    @Test(arguments: allMetrics)
    func neighboursAreTheMatrixBelowTheThreshold(metric: Metric) throws {
        for (count, dimension) in [(2, 2), (40, 2), (300, 3), (500, 5), (150, 40)] {
            for precision in Precision.allCases {
                let cloud = try randomCloud(count, dimension, precision: precision)
                let matrix = try PairwiseDistances.matrix(
                    of: cloud, metric: metric, precision: precision, context: ComputeContext())
                let sorted = matrix.lowerTriangle.doubles.sorted()
                for threshold in [0, sorted[sorted.count / 20], sorted[sorted.count / 3], .infinity] {
                    let near = try PairwiseDistances.neighbours(
                        of: cloud, metric: metric, precision: precision, within: threshold,
                        context: ComputeContext())
                    #expect(edges(near) == edges(matrix, within: threshold))
                }
            }
        }
    }

    @Test func edgesAreSortedByVertexAndNearPointsHaveNearNumbers() throws {
        let near = try PairwiseDistances.neighbours(
            of: randomCloud(3000, 2), metric: .euclidean, precision: .float32, within: 0.1,
            context: ComputeContext())
        let ends = (0..<near.graph.edgeCount).map { (near.graph.ends[2 * $0], near.graph.ends[2 * $0 + 1]) }
        #expect(zip(ends, ends.dropFirst()).allSatisfy { $0 < $1 })
        #expect(ends.allSatisfy { $0 > $1 })
        #expect(near.labels.sorted() == Array(0..<3000))
        let gaps = ends.map { Int($0 - $1) }.sorted()
        #expect(gaps[gaps.count / 2] < 300)
    }

    @Test func duplicatesAndGridsLoseNothing() throws {
        let grid: [Float] = (0..<20).flatMap { x in (0..<20).flatMap { y in [Float(x), Float(y)] } }
        for points in [grid + grid, Array(repeating: 1, count: 400)] {
            let cloud = try PointCloud(dimension: 2, coordinates: .float32(points))
            let matrix = try PairwiseDistances.matrix(
                of: cloud, metric: .euclidean, precision: .float32, context: ComputeContext())
            for threshold in [0, 1, 1.5] {
                let near = try PairwiseDistances.neighbours(
                    of: cloud, metric: .euclidean, precision: .float32, within: threshold,
                    context: ComputeContext())
                #expect(edges(near) == edges(matrix, within: threshold))
            }
        }
    }

    @Test(arguments: [1, 2, 3])
    func theTeamChangesNothing(size: Int) async throws {
        let cloud = try randomCloud(2000, 3)
        let alone = try PairwiseDistances.neighbours(
            of: cloud, metric: .euclidean, precision: .float32, within: 0.2, context: ComputeContext())
        let pool = try WorkerPool(topology: Topology(), threads: size)
        let together = await pool.run(teamOf: size) { team in
            try? PairwiseDistances.neighbours(
                of: cloud, metric: .euclidean, precision: .float32, within: 0.2,
                context: ComputeContext(team: team))
        }
        #expect(together == alone)
    }

    @Test func onlyTheGraphStaysReserved() throws {
        let context = ComputeContext(memory: MemoryAccount(budget: MemoryBudget(limit: 1 << 24)))
        let graph = try PairwiseDistances.neighbours(
            of: randomCloud(2000, 3), metric: .cosine, precision: .float32, within: 0.01, context: context
        ).graph
        #expect(graph.edgeCount > 0)
        #expect(context.memory.current == graph.edgeCount * 12)

        #expect(throws: DistanceError.self) {
            try PairwiseDistances.neighbours(
                of: randomCloud(2000, 3), metric: .euclidean, precision: .float32, within: 10,
                context: context)
        }
        #expect(context.memory.current == graph.edgeCount * 12)
    }

    @Test func aStoppedSearchEnds() throws {
        let stop = StopSignal()
        stop.stop(.cancelled)
        let context = ComputeContext(stop: stop)
        #expect(throws: DistanceError.stopped(.cancelled)) {
            try PairwiseDistances.neighbours(
                of: randomCloud(500, 3), metric: .euclidean, precision: .float32, within: 1, context: context)
        }
        #expect(context.memory.current == 0)
    }

    @Test func distancesBeyondThePrecisionAreNamed() throws {
        let far = try PointCloud(dimension: 1, coordinates: .float32([0, 1, -3e38, 3e38]))
        #expect(throws: DistanceError.invalidInput(.distanceTooLarge(a: 3, b: 2, precision: .float32))) {
            try PairwiseDistances.neighbours(
                of: far, metric: .euclidean, precision: .float32, within: 1e39, context: ComputeContext())
        }
        let near = try PairwiseDistances.neighbours(
            of: far, metric: .euclidean, precision: .float32, within: 2, context: ComputeContext())
        #expect(edges(near) == [Edge(a: 1, b: 0, length: 1)])
    }

    @Test func aSampleTellsAboutHowManyNeighboursThereAre() throws {
        for (count, threshold) in [(100, 0.5), (5000, 0.2), (5000, 3)] {
            let cloud = try randomCloud(count, 3)
            let found = try PairwiseDistances.neighbours(
                of: cloud, metric: .euclidean, precision: .float32, within: threshold,
                context: ComputeContext()
            ).graph.edgeCount
            let estimate = try PairwiseDistances.estimatedNeighbourCount(
                of: cloud, metric: .euclidean, within: threshold)
            #expect(abs(Double(estimate) / Double(found) - 1) < 0.1)
        }
        #expect(
            try PairwiseDistances.estimatedNeighbourCount(
                of: randomCloud(1, 3), metric: .euclidean, within: 1) == 0)
    }

    /// 20,000 points on a Clifford torus: most pairs must not even be looked at.
    @Test func aLargeTorusIsQuick() throws {
        var random = SplitMix64(seed: 7)
        var coordinates: [Float] = []
        for _ in 0..<20_000 {
            for angle in [
                Float.random(in: 0...6.2831853, using: &random), .random(in: 0...6.2831853, using: &random),
            ] {
                coordinates += [cos(angle), sin(angle)]
            }
        }
        let cloud = try PointCloud(dimension: 4, coordinates: .float32(coordinates))
        let graph = try PairwiseDistances.neighbours(
            of: cloud, metric: .euclidean, precision: .float32, within: 0.15, context: ComputeContext()
        ).graph
        // 20,000² / 2 pairs, of which the share π · 0.15² / (2π)² is near.
        #expect(abs(Double(graph.edgeCount) / 358_000 - 1) < 0.05)
    }
}
