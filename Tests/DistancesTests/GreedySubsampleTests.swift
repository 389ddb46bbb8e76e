import Distances
import Hardware
import TestSupport
import Testing
import Vocabulary

/// Furthest-point sampling, against its definition.
@Suite struct GreedySubsampleTests {
    @Test(arguments: Precision.allCases, [1, 2, 17, 60])
    func eachPointIsTheFarthestFromThoseBefore(precision: Precision, size: Int) throws {
        let cloud = try randomCloud(60, 3, precision: precision)
        let matrix = try PairwiseDistances.matrix(
            of: cloud, metric: .euclidean, precision: precision, context: ComputeContext())
        func length(_ a: Int, _ b: Int) -> Double {
            a == b ? 0 : matrix.lowerTriangle[max(a, b) * (max(a, b) - 1) / 2 + min(a, b)]
        }
        var chosen = [0]
        func nearest(_ point: Int) -> Double { chosen.map { length(point, $0) }.min() ?? 0 }
        while chosen.count < size {
            let distances = (0..<60).map { chosen.contains($0) ? -1 : nearest($0) }
            chosen.append(distances.firstIndex(of: distances.max() ?? 0) ?? 0)
        }
        let expected = Subsample(
            indices: chosen.map(Int32.init), coveringRadius: (0..<60).map(nearest).max() ?? 0)
        for context in [ComputeContext(), ComputeContext(team: ThreadTeam(size: 3))] {
            #expect(
                try GreedySubsample.of(
                    cloud, size: size, metric: .euclidean, precision: precision, context: context) == expected
            )
            #expect(try GreedySubsample.of(matrix, size: size, context: context) == expected)
            #expect(context.memory.current == 0)
        }
    }

    @Test func manyPointsInChunksAreChosenAsOnOneThread() throws {
        let cloud = try randomCloud(20_000, 2)
        func chosen(_ threads: Int) throws -> Subsample {
            try GreedySubsample.of(
                cloud, size: 40, metric: .euclidean, precision: .float32,
                context: ComputeContext(team: ThreadTeam(size: threads)))
        }
        let first = try chosen(1)
        #expect(Set(first.indices).count == 40)
        #expect(try chosen(3) == first)
    }

    @Test func equalPointsAreNotChosenTwice() throws {
        let cloud = try PointCloud(dimension: 1, coordinates: .float32([1, 1, 1, 2, 2]))
        let chosen = try GreedySubsample.of(
            cloud, size: 4, metric: .euclidean, precision: .float32, context: ComputeContext())
        #expect(chosen == Subsample(indices: [0, 3, 1, 2], coveringRadius: 0))
    }
}
