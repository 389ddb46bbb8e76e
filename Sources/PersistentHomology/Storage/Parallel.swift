import Hardware
import Synchronization

extension ComputeContext {
    /// Hands `0..<count` out in chunks to the team's workers, in ascending order, and returns when
    /// all are done. Stops early when the stop signal is set or a body throws.
    ///
    /// - Throws: what the first body to fail threw, or `HomologyError.stopped`.
    func forEachChunk(
        of count: Int, size: Int,
        _ body: @Sendable (_ worker: Int, _ range: Range<Int>) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        let failure = FirstFailure()
        team.forEachChunk(of: count, by: size, stop: stop) { worker, range in
            if failure.isSet { return }
            do throws(HomologyError) { try body(worker, range) } catch { failure.set(error) }
        }
        try failure.rethrow()
        try checkStop()
    }

    /// - Throws: `HomologyError.stopped` when the stop signal is set.
    func checkStop() throws(HomologyError) {
        if let reason = stop.reason { throw .stopped(reason) }
    }
}

/// The first error that any worker of a parallel loop ran into.
final class FirstFailure: Sendable {
    private let flag = Atomic<Bool>(false)
    private let error = Mutex<HomologyError?>(nil)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set(_ failure: HomologyError) {
        error.withLock { if $0 == nil { $0 = failure } }
        flag.store(true, ordering: .relaxed)
    }

    func rethrow() throws(HomologyError) {
        if let failure = error.withLock({ $0 }) { throw failure }
    }
}

extension ComputeContext {
    /// The same computation on one thread.
    var onCallingThread: ComputeContext {
        ComputeContext(memory: memory, stop: stop, progress: progress)
    }
}
