import Engine
import Hardware
import Synchronization
import Vocabulary

/// Stands for homology: a cloud of n points takes n milliseconds of a clock that nothing else moves,
/// and n kilobytes, and its result says that it had n points. Nothing is computed.
final class ScriptedComputation: Computation {
    /// The point counts of what was run, in order.
    private let log = Mutex<[Int]>([])
    private let clock = Mutex(ContinuousClock.now)
    private let body: @Sendable (ComputeInput, ComputeContext) throws(Failure) -> Void

    var ran: [Int] { log.withLock { $0 } }
    var now: ContinuousClock.Instant { clock.withLock { $0 } }

    private let speedUp: Double

    /// - Parameter speedUp: by how much a team is expected to be faster than one thread.
    init(
        speedUp: Double = 1,
        _ body: @escaping @Sendable (ComputeInput, ComputeContext) throws(Failure) -> Void = { _, _ in }
    ) {
        self.speedUp = speedUp
        self.body = body
    }

    private func cost(_ count: Int, threads: Int) -> Cost {
        let onTeam = Double(count) / 1000
        let onOneThread = onTeam * speedUp
        return Cost(
            seconds: threads > 1 ? onTeam : onOneThread, secondsOnOneThread: onOneThread,
            memory: 1000 * count)
    }

    /// A threshold hides the cost until the numbers are there.
    func outlook(_ shape: InputShape, _ options: ComplexOptions, threads: Int) -> Outlook {
        let cost = cost(shape.count, threads: threads)
        guard case .vietorisRips(let rips) = options, rips.maxEdgeLength != nil else {
            return Outlook(least: cost, most: cost)
        }
        return Outlook(least: Cost(seconds: 0, memory: shape.byteCount), most: cost)
    }

    func plan(_ input: ComputeInput, _ options: ComplexOptions, threads: Int) throws(Failure) -> Plan {
        Plan(route: .dense, cost: cost(input.count, threads: threads))
    }

    func run(
        _ input: ComputeInput, _ options: ComplexOptions, _ plan: Plan, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult {
        log.withLock { $0.append(input.count) }
        clock.withLock { $0 += .milliseconds(input.count) }
        try body(input, context)
        var statistics = ComputeStatistics()
        statistics.pointCount = input.count
        return ComputeResult(barcode: Barcode(maxDimension: 0, pairs: []), statistics: statistics)
    }
}

extension ComputeRequest {
    /// `count` points on a line.
    static func cloud(
        _ count: Int, within threshold: Double? = nil, maxDimension: Int = 1, representatives: Bool = false,
        threads: Int? = nil, timeout: Duration? = nil
    ) throws -> ComputeRequest {
        ComputeRequest(
            input: .points(
                try PointCloud(dimension: 1, coordinates: .float32((0..<count).map(Float.init)))),
            options: try VietorisRipsOptions(
                maxDimension: maxDimension, maxEdgeLength: threshold, representatives: representatives),
            threads: threads, timeout: timeout)
    }
}
