import Engine
import Hardware
import Synchronization
import Vocabulary

/// An engine on manual threads, and what became of the requests that were put into it.
final class Harness: Sendable {
    let threads: ManualThreads
    let computation: ScriptedComputation
    let budget: MemoryBudget
    let engine: Engine
    private let outcomes = Mutex<[UInt64: Result<ComputeResult, Failure>]>([:])

    init(
        threads count: Int = 1, express: (any ComputeThreads)? = nil, budget bytes: Int = 1_000_000,
        queue: Int = 100, computation: ScriptedComputation = ScriptedComputation()
    ) {
        threads = ManualThreads(count)
        self.computation = computation
        budget = MemoryBudget(limit: bytes)
        var settings = EngineSettings()
        settings.queueCapacity = queue
        settings.smallCost = Cost(seconds: 0.05, memory: 50_000)
        settings.tinySeconds = 0.005
        settings.now = { computation.now }
        engine = Engine(
            threads: threads, express: express, budget: budget, computation: computation, settings: settings)
    }

    /// Admits and submits, and returns the job's id.
    @discardableResult
    func submit(_ request: ComputeRequest, client: UInt64 = 1) throws(Failure) -> UInt64 {
        let job = try admit(request, client)
        engine.submit(job, { () throws(InvalidInput) in request.input }, completion: keeping(job))
        return job.id
    }

    /// Admits and computes on the calling thread, and returns the job's id; nil where it is not computed there, and
    /// is cancelled.
    func computeInPlace(_ request: ComputeRequest, client: UInt64 = 1) throws(Failure) -> UInt64? {
        let job = try admit(request, client)
        let isDone = engine.computeInPlace(
            job, { () throws(InvalidInput) in request.input }, completion: keeping(job))
        if !isDone { engine.cancel(job.id) }
        return isDone ? job.id : nil
    }

    private func admit(_ request: ComputeRequest, _ client: UInt64) throws(Failure) -> Job {
        try engine.admit(
            request.input.shape, request.options, threads: request.threads, timeout: request.timeout,
            client: ClientID(number: client, name: "client \(client)"))
    }

    private func keeping(_ job: Job) -> Job.Completion {
        { outcome in self.outcomes.withLock { $0[job.id] = outcome } }
    }

    func outcome(_ id: UInt64) -> Result<ComputeResult, Failure>? { outcomes.withLock { $0[id] } }

    func failure(_ id: UInt64) -> Failure? {
        if case .failure(let failure) = outcome(id) { failure } else { nil }
    }
}
