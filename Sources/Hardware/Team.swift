import Synchronization

/// Threads that one computation may use together. Worker 0 is always the calling thread.
///
/// A team outlives no computation; the pool it came from owns its threads.
public protocol Team: Sendable {
    /// How many workers `run` starts, ≥ 1.
    var size: Int { get }

    /// Runs `body(worker)` once for each worker in `0..<size` and returns when all have returned.
    ///
    /// The bodies run side by side as far as the team has threads just now; with fewer, a thread runs
    /// several of them one after another. So a body must never wait for another one. Work should be
    /// taken in chunks (`forEachChunk`), not dealt out by worker. Not reentrant: `body` must not call
    /// `run`.
    func run(_ body: @Sendable (Int) -> Void)

    /// Whether `worker` should stop taking chunks and return: its thread is wanted elsewhere, and the
    /// others will do the rest. Never for worker 0. Once true, true for the rest of this `run`.
    func isRecalled(worker: Int) -> Bool
}

extension Team {
    public func isRecalled(worker: Int) -> Bool { false }

    /// Cuts `0..<count` into ranges of `chunk` (the last may be shorter) and runs
    /// `body(worker, range)` once for each, whoever is free taking the next in order.
    ///
    /// Ends early, leaving chunks undone, where `stop` says so: check it afterwards.
    ///
    /// - Parameter tapers: whether ranges get shorter towards the end, down to 1: for work of which the last takes
    ///   longest, so that all workers end together.
    public func forEachChunk(
        of count: Int, by chunk: Int, stop: StopSignal? = nil, tapers: Bool = false,
        _ body: @Sendable (_ worker: Int, _ range: Range<Int>) -> Void
    ) {
        precondition(chunk > 0)
        if count <= chunk {
            // Not worth waking anybody.
            if count > 0, stop?.isStopped != true { body(0, 0..<count) }
            return
        }
        let next = Atomic<Int>(0)
        run { worker in
            while stop?.isStopped != true, !isRecalled(worker: worker) {
                let range =
                    tapers
                    ? taperingChunk(of: count, by: chunk, next) : Self.chunk(of: count, by: chunk, next)
                guard let range else { return }
                body(worker, range)
            }
        }
    }

    private static func chunk(of count: Int, by chunk: Int, _ next: borrowing Atomic<Int>) -> Range<Int>? {
        let start = next.add(chunk, ordering: .relaxed).oldValue
        return start < count ? start..<min(start + chunk, count) : nil
    }

    /// At most an eighth of each worker's share of what is left.
    private func taperingChunk(of count: Int, by chunk: Int, _ next: borrowing Atomic<Int>) -> Range<Int>? {
        var start = next.load(ordering: .relaxed)
        while start < count {
            let end = start + max(1, min(chunk, (count - start) / (8 * size)))
            let (taken, now) = next.weakCompareExchange(expected: start, desired: end, ordering: .relaxed)
            if taken { return start..<end }
            start = now
        }
        return nil
    }
}

/// The calling thread alone: no pool, no synchronisation.
public struct CallingThread: Team {
    public init() {}
    public var size: Int { 1 }
    public func run(_ body: @Sendable (Int) -> Void) { body(0) }
}
