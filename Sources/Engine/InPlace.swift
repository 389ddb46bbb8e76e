import Hardware
import Synchronization
import Vocabulary

/// Tiny jobs, done where they are read: to hand one to another thread, and its result back, would take about as
/// long as the job.
extension Engine {
    /// Computes an admitted request on the calling thread, where it is tiny and none waits that should come first.
    ///
    /// Blocks for about `EngineSettings.tinySeconds` at most. `completion` has been called when this returns true.
    ///
    /// - Returns: false where nothing was done: submit it.
    public func computeInPlace(
        _ job: Job, _ read: @escaping Job.Reader, completion: @escaping Job.Completion
    ) -> Bool {
        let isStarted = state.withLock { state in
            guard var record = state.records[job.id], isTiny(record), state.queue.isEmpty,
                state.hasMemory(for: record, budget: budget.limit)
            else { return false }
            record.purpose = .compute(completion)
            state.queue.charge(job.client, seconds: record.cost.seconds)
            state.start(record, at: settings.now())
            return true
        }
        guard isStarted else { return false }
        job.input.withLock { $0 = .unread(read) }
        execute(job, CallingThread())
        // What came meanwhile may have had to wait for this one's memory.
        if state.withLock({ !$0.queue.isEmpty }) { schedule() }
        return true
    }

    /// Whether one of the engine's threads has nothing to do, and would have a core to itself beside `callers` that
    /// compute in place.
    public func isThreadIdle(besides callers: Int) -> Bool { threads.idleCount > callers }

    private func isTiny(_ record: JobRecord) -> Bool {
        record.isSmall && record.cost.seconds <= settings.tinySeconds
            && record.job.shape.byteCount <= Self.tinyInput && record.job.options.isForeseeable
    }

    /// Bytes of numbers that are checked, and turned into distances, in no time worth counting.
    private static let tinyInput = 16 << 10
}

extension ComplexOptions {
    /// Whether the time is known in advance: columns from dimension 2 on, and representatives, take what they take.
    fileprivate var isForeseeable: Bool {
        switch self {
        case .vietorisRips(let options): options.maxDimension <= 1 && !options.representatives
        case .alpha(let options): !options.representatives
        }
    }
}
