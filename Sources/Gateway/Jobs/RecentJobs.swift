import DequeModule
import FoundationEssentials
import JobStore
import ResultCache
import Synchronization

/// The latest jobs that were answered in their requests, so that they can be listed and asked for by their id too.
/// They are promised to nobody and live in memory only, within a bound on their bytes and their age.
final class RecentJobs: Sendable {
    typealias Entry = (job: Job, result: RenderedResult)

    private struct State {
        var jobs: [String: Entry] = [:]
        /// Oldest first; with those that were removed.
        var order: Deque<JobCursor> = []
        var byteCount = 0
    }

    private let state = Mutex(State())
    private let maxBytes: Int
    private let maxAge: TimeInterval

    /// - Parameter maxAge: seconds for which a job is kept after its end.
    init(maxBytes: Int, maxAge: TimeInterval) {
        self.maxBytes = maxBytes
        self.maxAge = maxAge
    }

    subscript(id: String) -> Entry? {
        state.withLock { $0.jobs[id] }.flatMap { isOld($0.job) ? nil : $0 }
    }

    /// Newest first, at most `limit`, only those after `cursor` in that order.
    func jobs(limit: Int, after cursor: JobCursor?) -> [Job] {
        state.withLock { state in
            let end = cursor.map { state.order.firstIndex(notBefore: $0) } ?? state.order.endIndex
            var found: [Job] = []
            for place in state.order[..<end].reversed() {
                guard found.count < limit else { break }
                if let job = state.jobs[place.id]?.job, !isOld(job) { found.append(job) }
            }
            return found
        }
    }

    func insert(_ job: Job, _ result: RenderedResult) {
        let place = JobCursor(job)
        state.withLock { state in
            state.jobs[job.id] = (job, result)
            // Requests end in another order than they began, but not by much.
            var index = state.order.endIndex
            while index > 0, place < state.order[index - 1] { index -= 1 }
            state.order.insert(place, at: index)
            state.byteCount += Self.size(of: result)
            while state.byteCount > maxBytes, let oldest = state.order.popFirst() {
                guard let entry = state.jobs.removeValue(forKey: oldest.id) else { continue }
                state.byteCount -= Self.size(of: entry.result)
            }
        }
    }

    /// Whether there was one.
    func remove(_ id: String) -> Bool {
        state.withLock { state in
            guard let entry = state.jobs.removeValue(forKey: id) else { return false }
            state.byteCount -= Self.size(of: entry.result)
            return !isOld(entry.job)
        }
    }

    private func isOld(_ job: Job) -> Bool {
        job.completedAt.map { -$0.timeIntervalSinceNow > maxAge } ?? false
    }

    /// With what the job and the tables around it take.
    private static func size(of result: RenderedResult) -> Int { result.byteCount + 1024 }
}

extension Deque<JobCursor> {
    /// In ascending order: where the first element is that does not come before `cursor`.
    fileprivate func firstIndex(notBefore cursor: JobCursor) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < cursor { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
