import FoundationEssentials
import JobStore
import Synchronization

/// What a watcher of a job is told.
struct JobEvent: Sendable, Equatable {
    /// Never falls over a job's life, so that a watcher who comes back can say what it has seen.
    let id: Int
    let state: JobState
    let progress: Double
    let phase: String?

    /// Each attempt has room for its progress in steps of a ten-thousandth, and one more for its end.
    init(state: JobState, attempts: Int, progress: Double, phase: String? = nil) {
        let step = state.hasEnded ? 10_001 : Int(min(max(progress, 0), 1) * 10_000)
        self.id = attempts * 10_002 + step
        self.state = state
        self.progress = progress
        self.phase = phase
    }

    init(_ job: Job) {
        self.init(
            state: job.state, attempts: job.attempts, progress: job.state == .completed ? 1 : job.progress)
    }
}

/// What wakes a watcher: news of the job, or time to look for itself.
enum JobSignal: Sendable {
    case event(JobEvent)
    case tick
}

/// A watcher's place. It is given up with `stop`.
struct JobWatch: Sendable {
    let signals: AsyncStream<JobSignal>
    let stop: @Sendable () -> Void
}

/// Tells watchers about the jobs that run here. Only the latest event of each is kept: it holds all that
/// the earlier ones did.
final class JobEvents: Sendable {
    private struct Subject {
        var latest: JobEvent?
        var watchers: [Int: AsyncStream<JobSignal>.Continuation] = [:]
    }

    private struct State {
        var subjects: [String: Subject] = [:]
        var nextWatcher = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    var watcherCount: Int { state.withLock { $0.subjects.values.reduce(0) { $0 + $1.watchers.count } } }

    func latest(of job: String) -> JobEvent? { state.withLock { $0.subjects[job]?.latest } }

    func publish(_ event: JobEvent, of job: String) {
        let watchers = state.withLock { state in
            let watchers = state.subjects[job]?.watchers ?? [:]
            if event.state.hasEnded {
                state.subjects[job] = nil
            } else {
                state.subjects[job, default: Subject()].latest = event
            }
            return watchers
        }
        for watcher in watchers.values { watcher.yield(.event(event)) }
    }

    /// Forgets a job that is not run here any more, without an event.
    func forget(_ job: String) {
        state.withLock { state in
            state.subjects[job]?.latest = nil
            if state.subjects[job]?.watchers.isEmpty == true { state.subjects[job] = nil }
        }
    }

    /// The events of a job from now on, and a tick every `interval`. A watcher that is slow misses
    /// earlier ones, never the last.
    func watch(_ job: String, tick interval: Duration) -> JobWatch {
        let (stream, continuation) = AsyncStream.makeStream(
            of: JobSignal.self, bufferingPolicy: .bufferingNewest(8))
        let id = state.withLock { state -> Int? in
            guard !state.isClosed else { return nil }
            state.nextWatcher += 1
            state.subjects[job, default: Subject()].watchers[state.nextWatcher] = continuation
            return state.nextWatcher
        }
        guard let id else {
            continuation.finish()
            return JobWatch(signals: stream, stop: {})
        }
        let ticker = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: interval)
                continuation.yield(.tick)
            }
        }
        return JobWatch(signals: stream) { [self] in
            ticker.cancel()
            continuation.finish()
            unwatch(job, id)
        }
    }

    private func unwatch(_ job: String, _ id: Int) {
        state.withLock { state in
            guard var subject = state.subjects[job] else { return }
            subject.watchers[id] = nil
            state.subjects[job] = subject.watchers.isEmpty && subject.latest == nil ? nil : subject
        }
    }

    /// Sends all watchers home, now and later: the gateway stops.
    func close() {
        let watchers = state.withLock { state in
            state.isClosed = true
            return state.subjects.values.flatMap { $0.watchers.values }
        }
        for watcher in watchers { watcher.finish() }
    }
}
