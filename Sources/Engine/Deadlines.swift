import Hardware
import Synchronization
import Vocabulary

/// Deadlines, with one alarm for all of them: set for the earliest, it looks for the next when it rings.
extension Engine {
    /// Stops the job when its time is over.
    func watch(_ job: Job, _ timeout: Duration) {
        state.withLock { state in
            state.records[job.id]?.deadline = .now + timeout
            setAlarm(&state, for: .now + timeout)
        }
    }

    private func setAlarm(_ state: inout EngineState, for instant: ContinuousClock.Instant) {
        if let alarm = state.alarm, alarm <= instant { return }
        state.alarm = instant
        Task { [weak self] in
            // Never cancelled: an alarm that is too early only looks.
            try? await Task.sleep(until: instant, tolerance: .milliseconds(1))
            self?.ring(instant)
        }
    }

    private func ring(_ instant: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        let due = state.withLock { state in
            if state.alarm == instant { state.alarm = nil }
            let deadlines = state.records.values.compactMap { record in
                record.deadline.map { (id: record.job.id, at: $0) }
            }
            if let next = deadlines.filter({ $0.at > now }).map(\.at).min() { setAlarm(&state, for: next) }
            return deadlines.filter { $0.at <= now }.map(\.id)
        }
        for id in due {
            stop(id, .deadlineExceeded, Failure(StopReason.deadlineExceeded))
        }
    }
}
