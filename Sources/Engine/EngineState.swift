import Vocabulary

/// What the engine's lock guards.
struct EngineState {
    /// Jobs that have not ended, by id.
    var records: [UInt64: JobRecord] = [:]
    var queue = FairQueue()
    var lastID: UInt64 = 0
    /// Jobs that are announced or waiting: those that `queueCapacity` bounds.
    var queuedCount = 0
    /// Jobs on a thread, and those of them that are large.
    var startedCount = 0
    var largeCount = 0
    /// Reservations of the jobs on a thread, and the bytes of the inputs of all others.
    var startedMemory = 0
    var queuedInputs = 0
    /// Whether a large team has been asked for a thread that has not come yet.
    var isRecalling = false
    var isDraining = false
    /// When the deadlines are looked at next.
    var alarm: ContinuousClock.Instant?
    /// Whether somebody is about to look for memory that was kept for the next computation in vain.
    var looksForKeptMemory = false
    var idleWaiters: [CheckedContinuation<Void, Never>] = []

    var completed = 0
    var failed = 0
    var cancelled = 0
    var refused = 0
    /// Seconds computed, by all jobs that have ended.
    var computeSeconds = 0.0

    /// - Throws: when no further request can be taken.
    func checkRoom(capacity: Int, threads: Int, at now: ContinuousClock.Instant) throws(Failure) {
        if isDraining { throw .draining }
        guard queuedCount < capacity else {
            throw Failure(
                .overloaded, "\(capacity) requests are waiting already, try again later",
                details: ["queue": "\(capacity)"], retryAfter: retryAfter(threads: threads, at: now))
        }
    }

    /// When there should be room again: in the time that half of what waits is expected to take, on the
    /// threads that there are, beside what is left of what runs.
    func retryAfter(threads: Int, at now: ContinuousClock.Instant) -> Duration {
        let left = records.values.reduce(0.0) { sum, record in
            guard let start = record.startedAt else { return sum }
            return sum + max(record.cost.seconds - (now - start).seconds, 0)
        }
        let seconds = (queue.seconds / 2 + left) / Double(threads)
        return .milliseconds(Int64(min(max(seconds, 0.05), 60) * 1000))
    }

    /// Whether a job of that cost can start beside those that run. Alone it always may: admission has
    /// held it against the whole budget.
    func hasMemory(for record: JobRecord, budget: Int) -> Bool {
        let others = startedMemory + queuedInputs - record.job.shape.byteCount
        return startedCount == 0 || others + record.reservation <= budget
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
