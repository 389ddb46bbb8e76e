import Hardware
import Synchronization
import Vocabulary

/// How jobs end: by themselves, by a cancel, by their deadline, by the engine's end.
extension Engine {
    /// Cancels a job, wherever it is: one that waits ends now, a running one soon.
    ///
    /// - Returns: false when there is no such job, or it has ended.
    @discardableResult
    public func cancel(_ id: UInt64) -> Bool { stop(id, .cancelled, Failure(StopReason.cancelled)) }

    /// The client that a job belongs to; nil when it has ended.
    public func client(of id: UInt64) -> ClientID? { state.withLock { $0.records[id]?.job.client } }

    /// Drops what is known of a client that is gone. Its jobs are cancelled by their ids before.
    public func forget(_ client: ClientID) { state.withLock { $0.queue.forget(client) } }

    /// Cancels jobs at once: none that waits is begun because another one has ended.
    public func cancel(_ ids: [UInt64]) { stop(ids, .cancelled, Failure(StopReason.cancelled)) }

    @discardableResult
    func stop(_ id: UInt64, _ reason: StopReason, _ failure: Failure) -> Bool {
        stop([id], reason, failure)
    }

    /// - Returns: false where there is none of these jobs any more.
    @discardableResult
    func stop(_ ids: [UInt64], _ reason: StopReason, _ failure: Failure) -> Bool {
        var isAnyKnown = false
        var ended: [JobRecord] = []
        state.withLock { state in
            for id in ids {
                guard let record = state.records[id] else { continue }
                isAnyKnown = true
                record.job.stop.stop(reason)
                switch record.state {
                case .announced, .waiting:
                    _ = state.queue.remove(id, of: record.job.client)
                    if let removed = state.remove(id, at: settings.now()) { ended.append(removed) }
                case .planning, .running:
                    if record.stopFailure == nil { state.records[id]?.stopFailure = failure }
                }
            }
        }
        for record in ended {
            count(.failure(failure))
            record.end(.failure(failure))
        }
        if !ended.isEmpty {
            // Memory has come back, and perhaps it was this that held up others.
            schedule()
            wakeIfIdle()
        }
        return isAnyKnown
    }

    /// The end of a job that was on a thread.
    func finish(_ job: Job, _ outcome: Result<ComputeResult, Failure>) {
        let record = state.withLock { $0.remove(job.id, at: settings.now()) }
        guard let record else { return }
        var outcome = outcome
        if let stopFailure = record.stopFailure {
            outcome = .failure(stopFailure)
        } else if case .success(var result) = outcome {
            let start = record.startedAt ?? job.admittedAt
            result.statistics.queueSeconds = (start - job.admittedAt).seconds
            result.statistics.estimatedMemory = record.plan?.cost.memory ?? record.cost.memory
            outcome = .success(result)
        }
        count(outcome)
        record.end(outcome)
        wakeIfIdle()
        giveBackKeptMemory()
    }

    private func count(_ outcome: Result<ComputeResult, Failure>) {
        state.withLock { state in
            switch outcome {
            case .success: state.completed += 1
            case .failure(let failure) where failure.code == .cancelled: state.cancelled += 1
            case .failure: state.failed += 1
            }
        }
    }
}

extension EngineState {
    /// Takes a job out of the books, from whatever state it is in. Its queue entry is gone before.
    mutating func remove(_ id: UInt64, at now: ContinuousClock.Instant) -> JobRecord? {
        guard let record = records.removeValue(forKey: id) else { return nil }
        switch record.state {
        case .announced, .waiting:
            queuedCount -= 1
            queuedInputs -= record.job.shape.byteCount
        case .planning, .running:
            startedCount -= 1
            startedMemory -= record.reservation
            if record.takesLargePlace { largeCount -= 1 }
            if let start = record.startedAt {
                let seconds = start.duration(to: now).seconds
                computeSeconds += seconds
                queue.charge(record.job.client, seconds: seconds - record.cost.seconds)
            }
        }
        return record
    }
}

extension JobRecord {
    /// Lets go of the numbers and of the memory counted for them.
    func release() {
        job.input.withLock { $0 = nil }
        job.memory.release(job.memory.current)
    }

    /// Releases what the job held, keeps the result's size counted until the job itself is dropped,
    /// and tells whoever waits.
    func end(_ outcome: Result<ComputeResult, Failure>) {
        release()
        if case .success(let result) = outcome {
            // Best effort: the result is there whether it is counted or not.
            try? job.memory.reserve(result.barcode.byteCount)
        }
        switch purpose {
        case .compute(let completion): completion(outcome)
        case .estimate(let completion):
            if case .failure(let failure) = outcome { completion(.failure(failure)) }
        case nil: break
        }
    }
}

extension Barcode {
    /// About what it holds.
    fileprivate var byteCount: Int {
        let cocycles = representatives.reduce(0) { $0 + 4 * $1.vertices.count + 2 * $1.coefficients.count }
        return pairs.count * MemoryLayout<PersistencePair>.stride + cocycles
    }
}
