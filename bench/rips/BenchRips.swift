import Engine
import Formats
import Glibc
import Hardware
import Synchronization
import Vocabulary

/// One Vietoris–Rips computation in this process, as the daemon would run it but without the daemon;
/// prints what it took as one line of JSON.
///
/// Time runs from the parsed input to the barcode. `memory` is the engine's own count of its peak, `grown`
/// what the process grew by over what it held with the input read and the threads started. The estimates are
/// those by which the daemon would admit it, made before it ran and not part of its time. Something small of the same
/// kind runs before, as in `bench/peer.py`, so that neither counts code that is read for the first time.
@main
struct BenchRips {
    static func main() async {
        do {
            LargeBlocks.returnAtOnce()
            let options = try BenchOptions(CommandLine.arguments.dropFirst())
            let input = try readInput(options)
            let pool = try WorkerPool(topology: Machine().topology, threads: options.threads)
            try await warmUp(input, options, pool)
            let inputs = try options.cloudSize.map { try clouds(of: $0, in: input) }
            let before = ProcessMemory.startAnew()
            let outcome =
                if let inputs {
                    try await measure(inputs, options, pool)
                } else {
                    try await measure(input, options, pool)
                }
            print(outcome.json(grown: ProcessMemory.peak - before))
        } catch {
            print("bench-rips: \(error)")
            exit(1)
        }
    }

    /// Computes on the first points alone. Waits, too, until OpenBLAS's own threads sleep: they start with the
    /// process, spin for some 25 ms, and on a machine with two cores take one from us.
    private static func warmUp(
        _ input: ComputeInput, _ options: BenchOptions, _ pool: WorkerPool
    ) async throws {
        try await Task.sleep(for: .milliseconds(100))
        guard let small = try input.beginning(of: 24) else { return }
        _ = try await measure(small, options, pool)
    }

    /// One input, with a team of all the pool's threads.
    private static func measure(
        _ input: ComputeInput, _ options: BenchOptions, _ pool: WorkerPool
    ) async throws -> Outcome {
        let plan = try plan(input, options, threads: options.threads)
        let start = ContinuousClock.now
        let result = await pool.run(teamOf: options.threads) { team in
            Result { () throws(Failure) in try compute(input, options, plan, team) }
        }
        guard let result else { throw BenchError.noWorker }
        let seconds = start.duration(to: .now)
        var outcome = Outcome(estimate: plan.cost, options)
        outcome.add(try result.get())
        outcome.seconds = seconds
        return outcome
    }

    /// Many inputs, each on one thread, as many side by side as the pool has threads.
    private static func measure(
        _ inputs: [ComputeInput], _ options: BenchOptions, _ pool: WorkerPool
    ) async throws -> Outcome {
        let plans = try inputs.map { try plan($0, options, threads: 1) }
        let estimate = Cost(
            seconds: plans.reduce(0) { $0 + $1.cost.seconds } / Double(pool.threadCount),
            memory: plans.map(\.cost.memory).max() ?? 0)
        let start = ContinuousClock.now
        let queue = Queue()
        var outcome = try await withThrowingTaskGroup(of: Outcome.self) { group in
            for _ in 0..<pool.threadCount {
                group.addTask {
                    let share = await pool.run(teamOf: 1) { team in
                        Result { () throws(Failure) in
                            var outcome = Outcome(estimate: estimate, options)
                            while true {
                                let index = queue.next.add(1, ordering: .relaxed).oldValue
                                guard index < inputs.count else { return outcome }
                                outcome.add(try compute(inputs[index], options, plans[index], team))
                            }
                        }
                    }
                    guard let share else { throw BenchError.noWorker }
                    return try share.get()
                }
            }
            return try await group.reduce(into: Outcome(estimate: estimate, options)) { $0.add($1) }
        }
        outcome.seconds = start.duration(to: .now)
        return outcome
    }

    private final class Queue: Sendable {
        let next = Atomic<Int>(0)
    }

    private static func plan(
        _ input: ComputeInput, _ options: BenchOptions, threads: Int
    ) throws(Failure) -> Plan {
        try RipsComputation().plan(input, options.rips, threads: threads)
    }

    /// As in the daemon: large blocks that one phase lets go are there for the next.
    private static let budget = MemoryBudget(limit: .max)

    private static func compute(
        _ input: ComputeInput, _ options: BenchOptions, _ plan: Plan, _ team: any Team
    ) throws(Failure) -> ComputeResult {
        let context = ComputeContext(team: team, memory: MemoryAccount(budget: budget))
        return try RipsComputation().run(input, options.rips, plan, context)
    }

    private static func clouds(of size: Int, in input: ComputeInput) throws -> [ComputeInput] {
        guard case .points(let all) = input, case .float32(let coordinates) = all.coordinates else {
            throw BenchError.usage("--cloud-size wants points")
        }
        let length = size * all.dimension
        return try stride(from: 0, to: coordinates.count - length + 1, by: length).map { first in
            let own = Array(coordinates[first..<first + length])
            return .points(try PointCloud(dimension: all.dimension, coordinates: .float32(own)))
        }
    }
}

extension ComputeInput {
    /// Its first points, at most `count`; nil of a sparse graph.
    fileprivate func beginning(of count: Int) throws -> ComputeInput? {
        switch self {
        case .points(let cloud):
            guard case .float32(let all) = cloud.coordinates else { return nil }
            let some = Array(all.prefix(count * cloud.dimension))
            return .points(try PointCloud(dimension: cloud.dimension, coordinates: .float32(some)))
        case .distances(let matrix):
            guard case .float32(let all) = matrix.lowerTriangle else { return nil }
            let some = min(count, matrix.count)
            let lengths = Array(all.prefix(some * (some - 1) / 2))
            return .distances(DistanceMatrix(computed: .float32(NumberArray(lengths)), count: some))
        case .sparse: return nil
        }
    }
}

/// What went wrong before there was anything to measure.
enum BenchError: Error, CustomStringConvertible {
    case usage(String)
    case unreadable(String)
    case noWorker

    var description: String {
        switch self {
        case .usage(let problem): "\(problem)\n\(BenchOptions.usage)"
        case .unreadable(let path): "cannot read \(path)"
        case .noWorker: "the pool has no idle worker"
        }
    }
}
