import DequeModule
import JobStore
import ResultCache
import Synchronization

/// The latest jobs that were answered in their requests, so that they can be asked for by their id too.
/// They are promised to nobody and live in memory only, within a bound on their bytes.
final class RecentJobs: Sendable {
    private struct State {
        var jobs: [String: (job: Job, result: RenderedResult)] = [:]
        var order: Deque<String> = []
        var byteCount = 0
    }

    private let state = Mutex(State())
    private let maxBytes: Int

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    subscript(id: String) -> (job: Job, result: RenderedResult)? { state.withLock { $0.jobs[id] } }

    func insert(_ job: Job, _ result: RenderedResult) {
        state.withLock { state in
            state.jobs[job.id] = (job, result)
            state.order.append(job.id)
            state.byteCount += Self.size(of: result)
            while state.byteCount > maxBytes, let oldest = state.order.popFirst() {
                guard let entry = state.jobs.removeValue(forKey: oldest) else { continue }
                state.byteCount -= Self.size(of: entry.result)
            }
        }
    }

    /// Whether there was one.
    func remove(_ id: String) -> Bool {
        state.withLock { state in
            guard let entry = state.jobs.removeValue(forKey: id) else { return false }
            state.byteCount -= Self.size(of: entry.result)
            return true
        }
    }

    /// With what the job and the tables around it take.
    private static func size(of result: RenderedResult) -> Int { result.byteCount + 1024 }
}
