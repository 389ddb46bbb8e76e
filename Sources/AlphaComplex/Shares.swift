import Delaunay
import Hardware

/// Work on consecutive ranges of slots, one share to a thread.
enum Shares {
    /// Below this many slots one thread does it all.
    static let worthSplitting = 8192

    /// Runs `body` over `0 ..< count`, split evenly; each call has its own output, and there are at most as
    /// many as threads.
    /// - Throws: what the first failing share threw.
    static func run<Output>(
        _ count: Int, context: ComputeContext, outputs: [Output],
        body: @Sendable (Range<Int>, Output) throws(DelaunayError) -> Void
    ) throws(DelaunayError) where Output: AnyObject & Sendable {
        if let reason = context.stop.reason { throw .stopped(reason) }
        if outputs.count == 1 || count < worthSplitting {
            try body(0..<count, outputs[0])
            return
        }
        let failures = outputs.map { _ in FailureSlot() }
        context.team.run { worker in
            guard worker < outputs.count else { return }
            let range = worker * count / outputs.count..<(worker + 1) * count / outputs.count
            do throws(DelaunayError) {
                try body(range, outputs[worker])
            } catch {
                failures[worker].failure = error
            }
        }
        for slot in failures { if let failure = slot.failure { throw failure } }
    }

    /// Runs `body` over chunks of `0 ..< count`, whoever is free taking the next; each thread has its own output,
    /// and there is one for each.
    static func chunks<Output>(
        of count: Int, by chunk: Int, context: ComputeContext, outputs: [Output],
        body: @Sendable (Range<Int>, Output) throws(DelaunayError) -> Void
    ) throws(DelaunayError) where Output: AnyObject & Sendable {
        let failures = outputs.map { _ in FailureSlot() }
        context.team.forEachChunk(of: count, by: chunk, stop: context.stop) { worker, range in
            if failures[worker].failure != nil { return }
            do throws(DelaunayError) {
                try body(range, outputs[worker])
            } catch {
                failures[worker].failure = error
            }
        }
        for slot in failures { if let failure = slot.failure { throw failure } }
        if let reason = context.stop.reason { throw .stopped(reason) }
    }

    /// Runs two pieces of work, side by side where there are two threads.
    static func both(
        context: ComputeContext, _ one: @Sendable () throws(DelaunayError) -> Void,
        _ other: @Sendable () throws(DelaunayError) -> Void
    ) throws(DelaunayError) {
        if let reason = context.stop.reason { throw .stopped(reason) }
        if context.team.size < 2 {
            try one()
            try other()
            return
        }
        let failures = [FailureSlot(), FailureSlot()]
        context.team.run { worker in
            do throws(DelaunayError) {
                if worker == 0 { try one() } else if worker == 1 { try other() }
            } catch {
                failures[worker].failure = error
            }
        }
        for slot in failures { if let failure = slot.failure { throw failure } }
    }

    /// Unchecked: written by one worker, read after the team has returned.
    private final class FailureSlot: @unchecked Sendable {
        var failure: DelaunayError?
    }
}
