import Distances
import Glibc
import Hardware
import Vocabulary

/// Times the distance layer in this process, a line of JSON a measurement: the best and the median of
/// several runs, from the point cloud to the finished matrix or graph.
///
/// `bench-distances [THREADS…]` measures with each of those team sizes; without any, with one thread
/// and with one a core. `bench/distances/compare` sets the figures beside those of other libraries.
@main
struct BenchDistances {
    static func main() async {
        do {
            let machine = try Machine()
            let asked = CommandLine.arguments.dropFirst().compactMap { Int($0) }
            for threads in asked.isEmpty ? Set([1, machine.defaultThreadCount()]).sorted() : asked {
                let pool = try WorkerPool(topology: machine.topology, threads: threads)
                try await matrices(pool)
                try await neighbours(pool)
            }
        } catch {
            print("bench-distances: \(error)")
            exit(1)
        }
    }

    private static func matrices(_ pool: WorkerPool) async throws {
        for dimension in [3, 16, 128, 768] {
            let cloud = try uniformCloud(5000, dimension)
            for metric in [.euclidean, .cosine, .manhattan] as [Metric] {
                try await report("matrix", cloud, metric.name, pool) { context throws(DistanceError) in
                    _ = try PairwiseDistances.matrix(
                        of: cloud, metric: metric, precision: .float32, context: context)
                }
            }
        }
    }

    private static func neighbours(_ pool: WorkerPool) async throws {
        let cloud = try cliffordTorus(50_000)
        try await report("neighbours", cloud, "euclidean", pool) { context throws(DistanceError) in
            _ = try PairwiseDistances.neighbours(
                of: cloud, metric: .euclidean, precision: .float32, within: 0.15, context: context)
        }
    }

    private static func report(
        _ what: String, _ cloud: PointCloud, _ metric: String, _ pool: WorkerPool,
        _ compute: @escaping @Sendable (ComputeContext) throws(DistanceError) -> Void
    ) async throws {
        let measured = await pool.run(teamOf: pool.threadCount) { team in
            Result { () throws(DistanceError) in
                var seconds: [Double] = []
                for _ in 0..<7 {
                    let start = ContinuousClock.now
                    try compute(ComputeContext(team: team))
                    seconds.append(start.duration(to: .now) / .seconds(1))
                }
                return seconds.sorted()
            }
        }
        guard let seconds = try measured?.get() else { return }
        print(
            """
            {"what": "\(what)", "n": \(cloud.count), "d": \(cloud.dimension), "metric": "\(metric)", \
            "threads": \(pool.threadCount), "backend": "cpu-\(PairwiseDistances.instructionSet)", \
            "seconds": \(seconds[0]), "median": \(seconds[seconds.count / 2])}
            """)
    }
}

private func uniformCloud(_ count: Int, _ dimension: Int) throws -> PointCloud {
    var random = SplitMix64(state: 1)
    let values = (0..<count * dimension).map { _ in Float.random(in: 0..<1, using: &random) }
    return try PointCloud(dimension: dimension, coordinates: .float32(values))
}

private func cliffordTorus(_ count: Int) throws -> PointCloud {
    var random = SplitMix64(state: 1)
    let values = (0..<2 * count).flatMap { _ in
        let angle = Float.random(in: 0..<2 * .pi, using: &random)
        return [cosf(angle), sinf(angle)]
    }
    return try PointCloud(dimension: 4, coordinates: .float32(values))
}

/// Numbers that are the same in every run.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
