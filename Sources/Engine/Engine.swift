public import Hardware
import Synchronization
public import Vocabulary

/// Takes requests, decides which may run, when and on how many threads, and sees them to their end.
///
/// A request is admitted by its shape before its numbers are read (`admit`), then submitted with them
/// (`submit`), and ends by its completion. `compute` does all that for callers inside the process.
/// Computations run on the threads given at the start; no call here blocks.
public final class Engine: Sendable {
    let threads: any ComputeThreads
    /// A thread beside the others, for small jobs while large ones hold all threads and can spare none.
    let express: (any ComputeThreads)?
    let budget: MemoryBudget
    let computation: any Computation
    let settings: EngineSettings
    let state = Mutex(EngineState())

    public init(
        threads: any ComputeThreads, express: (any ComputeThreads)? = nil, budget: MemoryBudget,
        computation: any Computation, settings: EngineSettings = EngineSettings()
    ) {
        self.threads = threads
        self.express = express
        self.budget = budget
        self.computation = computation
        self.settings = settings
    }

    // MARK: a request's way in

    /// A place in the queue for a request whose numbers are still to come.
    ///
    /// - Throws: `resource_exhausted` when it cannot fit into the budget, `overloaded` when there is no
    ///   room for it now, `unavailable` when the engine is draining, and as the computation's
    ///   `outlook` does.
    public func admit(
        _ shape: InputShape, _ options: ComplexOptions, threads: Int? = nil, timeout: Duration? = nil,
        client: ClientID
    ) throws(Failure) -> Job {
        let outlook = try outlook(shape, options, threads)
        guard outlook.least.memory <= budget.limit else {
            state.withLock { $0.refused += 1 }
            throw .pastBudget(estimate: outlook.least.memory, budget: budget.limit)
        }
        let (most, isSmall) = settings.price(outlook.most)
        let memory = MemoryAccount(budget: budget)
        let now = settings.now()
        let job = try state.withLock { state throws(Failure) in
            do throws(Failure) {
                try state.checkRoom(
                    capacity: settings.queueCapacity, threads: self.threads.threadCount, at: now)
                do {
                    try memory.reserve(shape.byteCount)
                } catch {
                    throw Failure.noMemoryNow(
                        retryAfter: state.retryAfter(threads: self.threads.threadCount, at: now))
                }
            } catch {
                state.refused += 1
                throw error
            }
            state.lastID += 1
            let job = Job(
                id: state.lastID, client: client, shape: shape, options: options, threads: threads,
                memory: memory, at: now)
            state.records[job.id] = JobRecord(
                job: job, cost: isSmall ? most : outlook.least, isSmall: isSmall)
            state.queuedCount += 1
            return job
        }
        if let timeout { watch(job, timeout) }
        return job
    }

    /// Puts an admitted request into the queue. `read` is called on a thread of the pool.
    public func submit(
        _ job: Job, _ read: @escaping Job.Reader, completion: @escaping Job.Completion
    ) {
        if !enqueue(job, read, .compute(completion)) { completion(.failure(job.endFailure)) }
    }

    /// As `submit`, for a request that asks only what it would take.
    public func submitEstimate(
        _ job: Job, _ read: @escaping Job.Reader,
        completion: @escaping @Sendable (Result<ComputeEstimate, Failure>) -> Void
    ) {
        if !enqueue(job, read, .estimate(completion)) { completion(.failure(job.endFailure)) }
    }

    /// The estimate, where the shape says that the request can never be admitted.
    ///
    /// - Throws: as the computation's `outlook` does.
    public func hopelessEstimate(
        _ shape: InputShape, _ options: ComplexOptions, threads: Int? = nil
    ) throws(Failure) -> ComputeEstimate? {
        let least = try outlook(shape, options, threads).least
        guard least.memory > budget.limit else { return nil }
        return estimate(of: least)
    }

    private func enqueue(_ job: Job, _ read: @escaping Job.Reader, _ purpose: JobRecord.Purpose) -> Bool {
        let isKnown = state.withLock { state in
            guard var record = state.records.removeValue(forKey: job.id) else { return false }
            job.input.withLock { $0 = .unread(read) }
            record.purpose = purpose
            if case .estimate = purpose { record.isSmall = false }
            record.state = .waiting
            state.records[job.id] = record
            // Numbers are looked at in the small lane, whatever comes of it.
            let seconds = record.isSmall ? record.cost.seconds : 0
            state.queue.append(job.id, of: job.client, seconds: seconds, to: .small)
            return true
        }
        if isKnown { schedule() }
        return isKnown
    }

    func outlook(_ shape: InputShape, _ options: ComplexOptions, _ threads: Int?) throws(Failure) -> Outlook {
        try computation.outlook(shape, options, threads: teamSize(threads))
    }

    /// The threads that a large computation gets at most.
    func teamSize(_ asked: Int?) -> Int { max(1, min(asked ?? threads.threadCount, threads.threadCount)) }

    func estimate(of cost: Cost) -> ComputeEstimate {
        ComputeEstimate(
            seconds: cost.seconds, memory: cost.memory, admissible: cost.memory <= budget.limit,
            memoryBudget: budget.limit)
    }
}
