import Distances
import Glibc
import Hardware
import PersistentHomology
import SeededRandom
import Vocabulary

/// Times the distance layer and the pass over edges in this process, a line of JSON a measurement: the
/// best and the median of several runs, from the point cloud to the finished matrix or graph.
///
/// `bench-distances [--backends] [--only START] [THREADS…]` measures with each of those team sizes; without
/// any, with one thread and with one a core. `--backends` sets the ways of computing beside each other;
/// `--only` leaves out what does not start like `matrix 5000 768 cosine openblas`.
/// `bench/distances/compare` sets the figures beside those of other libraries.
@main
struct BenchDistances {
    static func main() async {
        do {
            let machine = try Machine()
            let arguments = CommandLine.arguments.dropFirst()
            let asked = arguments.compactMap { Int($0) }
            let isAboutBackends = arguments.contains("--backends")
            let devices =
                isAboutBackends
                ? OpenCLDevices.open(isTimed: true) { print("{\"what\": \"failure\", \"told\": \"\($0)\"}") }
                : []
            for device in devices { try deviceCopy(device) }
            for threads in asked.isEmpty ? Set([1, machine.defaultThreadCount()]).sorted() : asked {
                let pool = try WorkerPool(topology: machine.topology, threads: threads)
                if isAboutBackends {
                    try await backends(devices, pool)
                    try await edgePasses(devices, pool)
                } else {
                    try await matrices(pool)
                    try await neighbours(pool)
                }
            }
        } catch {
            print("bench-distances: \(error)")
            exit(1)
        }
    }

    /// What measurements start with that are not left out.
    private static let only: String = {
        let arguments = CommandLine.arguments
        guard let place = arguments.firstIndex(of: "--only"), place + 1 < arguments.count else { return "" }
        return arguments[place + 1]
    }()

    /// For the runs of one measurement. There are many where ways of computing are beside each other.
    private static let time: Duration =
        CommandLine.arguments.contains("--backends") ? .milliseconds(300) : .seconds(1)

    /// Keeps what one run has let go for the next, as the daemon does between requests.
    private static let budget = MemoryBudget(limit: .max)

    private typealias Way = (name: String, method: PairwiseDistances.Method)
    private static let onHost: [Way] = [("cpu", .differences), ("openblas", .products)]

    private static func matrices(_ pool: WorkerPool) async throws {
        for dimension in [3, 16, 128, 768] {
            let cloud = try uniformCloud(5000, dimension)
            for metric in [.euclidean, .cosine, .manhattan] as [Metric] {
                for way in onHost where way.name == "cpu" || metric != .manhattan && dimension > 16 {
                    try await matrix(cloud, metric, way, pool)
                }
            }
        }
    }

    private static func backends(_ devices: [OpenCLDevice], _ pool: WorkerPool) async throws {
        let ways: [Way] = onHost + devices.map { ("opencl \($0.description.name)", .device($0)) }
        for count in [500, 1500, 5000] {
            for dimension in [3, 16, 64, 128, 768] {
                let cloud = try uniformCloud(count, dimension)
                for way in ways { try await matrix(cloud, .euclidean, way, pool) }
            }
        }
    }

    /// Bytes that the device moves, read and written, for what others move to be compared with.
    private static func deviceCopy(_ device: OpenCLDevice) throws {
        let bytes = min(1 << 28, device.description.largestAllocation)
        let memory = ComputeContext().memory
        let source = try device.buffer(byteCount: bytes, memory: memory)
        let target = try device.buffer(byteCount: bytes, memory: memory)
        var seconds: [Double] = []
        for _ in 0..<6 {
            try device.copy(source, to: target)
            seconds.append(device.takeTimes().copies)
        }
        // The first touches the memory for the first time.
        let median = seconds.dropFirst().sorted()[2]
        print(
            """
            {"what": "copy", "asked": "opencl \(device.description.name)", "median": \(median), \
            "bytes": \(2 * bytes)}
            """)
    }

    private static func edgePasses(_ devices: [OpenCLDevice], _ pool: WorkerPool) async throws {
        for count in [300, 600, 2000] {
            let cloud = try uniformCloud(count, 3)
            let matrix = try PairwiseDistances.matrix(
                of: cloud, metric: .euclidean, precision: .float32, context: ComputeContext())
            let pass = try EdgePass(of: matrix, within: 0.5, context: ComputeContext())
            let ways: [(String, OpenCLDevice?)] =
                [("cpu", nil)] + devices.map { ("opencl \($0.description.name)", $0) }
            for (name, device) in ways {
                try await report("edges", cloud, "euclidean", asked: name, device: device, pool) {
                    team throws(BenchError) in
                    do { _ = try pass.run(ComputeContext(team: team, device: device)) } catch {
                        throw BenchError("\(error)")
                    }
                    return name
                }
            }
        }
    }

    private static func matrix(
        _ cloud: PointCloud, _ metric: Metric, _ way: Way, _ pool: WorkerPool
    ) async throws {
        var device: OpenCLDevice?
        if case .device(let used) = way.method { device = used }
        try await report("matrix", cloud, metric.name, asked: way.name, device: device, pool) {
            team throws(BenchError) in
            do {
                return try PairwiseDistances.matrix(
                    of: cloud, metric: metric, precision: .float32, by: way.method,
                    context: ComputeContext(team: team, memory: MemoryAccount(budget: budget))
                ).backend
            } catch {
                throw BenchError("\(error)")
            }
        }
    }

    private static func neighbours(_ pool: WorkerPool) async throws {
        let cloud = try cliffordTorus(50_000)
        try await report("neighbours", cloud, "euclidean", asked: "cpu", pool) { team throws(BenchError) in
            do {
                _ = try PairwiseDistances.neighbours(
                    of: cloud, metric: .euclidean, precision: .float32, within: 0.15,
                    context: ComputeContext(team: team, memory: MemoryAccount(budget: budget)))
            } catch {
                throw BenchError("\(error)")
            }
            return "cpu-\(PairwiseDistances.instructionSet)"
        }
    }

    /// - Parameters:
    ///   - device: for what its commands take of the time.
    ///   - compute: returns what has computed it in the end.
    private static func report(
        _ what: String, _ cloud: PointCloud, _ metric: String, asked: String, device: OpenCLDevice? = nil,
        _ pool: WorkerPool,
        _ compute: @escaping @Sendable (any Team) throws(BenchError) -> String
    ) async throws {
        guard "\(what) \(cloud.count) \(cloud.dimension) \(metric) \(asked)".hasPrefix(only) else { return }
        let measured = await pool.run(teamOf: pool.threadCount) { team in
            Result { () throws(BenchError) in
                var seconds: [Double] = []
                var backend = ""
                _ = device?.takeTimes()
                let begin = ContinuousClock.now
                while seconds.count < 7, seconds.isEmpty || begin.duration(to: .now) < time {
                    let start = ContinuousClock.now
                    backend = try compute(team)
                    seconds.append(start.duration(to: .now) / .seconds(1))
                }
                return (seconds.sorted(), backend, device?.takeTimes())
            }
        }
        guard let (seconds, backend, onDevice) = try measured?.get() else { return }
        let runs = Double(seconds.count)
        let times =
            onDevice.map { ", \"kernels\": \($0.kernels / runs), \"copies\": \($0.copies / runs)" } ?? ""
        print(
            """
            {"what": "\(what)", "n": \(cloud.count), "d": \(cloud.dimension), "metric": "\(metric)", \
            "threads": \(pool.threadCount), "asked": "\(asked)", "backend": "\(backend)", \
            "seconds": \(seconds[0]), "median": \(seconds[seconds.count / 2])\(times)}
            """)
    }
}

private struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

private func uniformCloud(_ count: Int, _ dimension: Int) throws -> PointCloud {
    var random = SplitMix64(seed: 1)
    let values = (0..<count * dimension).map { _ in Float.random(in: 0..<1, using: &random) }
    return try PointCloud(dimension: dimension, coordinates: .float32(values))
}

private func cliffordTorus(_ count: Int) throws -> PointCloud {
    var random = SplitMix64(seed: 1)
    let values = (0..<2 * count).flatMap { _ in
        let angle = Float.random(in: 0..<2 * .pi, using: &random)
        return [cosf(angle), sinf(angle)]
    }
    return try PointCloud(dimension: 4, coordinates: .float32(values))
}
