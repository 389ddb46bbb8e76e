import FoundationEssentials
import JobStore
import Logging
import Messages
import ResultCache
import ServiceLifecycle
import Synchronization
import Vocabulary

/// How jobs are run and kept.
public struct JobSettings: Sendable {
    /// How many jobs are handed to the daemon at a time; it does the scheduling.
    public var concurrency = 4
    /// How often a job is begun before it fails, where its gateway died each time.
    public var maxAttempts = 3
    /// How long a gateway may be silent before its jobs are taken over.
    public var lease = Duration.seconds(15)
    /// How long ended jobs are kept.
    public var retention = Duration.seconds(7 * 24 * 3600)
    /// How long a message waits in the outbox to be published.
    public var messageRetention = Duration.seconds(7 * 24 * 3600)

    public init() {}

    /// How often what is old is looked for: soon enough that nothing is kept much longer than it should be.
    var sweepInterval: Duration {
        min(max(min(retention, messageRetention) / 4, .seconds(1)), .seconds(60))
    }
}

/// Runs the store's jobs through the daemon.
///
/// A job is leased while it runs; a gateway that dies lets its leases run out, and another one, or itself
/// after its restart, takes its jobs over.
final class JobRunner: Service {
    private struct State {
        /// What the daemon computes for us, and how it is cancelled.
        var running: [String: Task<ComputeResult, any Error>] = [:]
        /// Those that are ours: computed, or about to be, or being written down.
        var claimed: Set<String> = []
        /// Those of the running that were cancelled or taken over elsewhere: what becomes of them is not
        /// this gateway's to say.
        var abandoned: Set<String> = []
        var active = 0
        /// The daemon was away: leave jobs alone until then.
        var pausedUntil = ContinuousClock.now
    }

    let owner = RandomID.make()
    private let store: any JobStore & Outbox
    private let compute: any Compute
    private let inputs: InputSource
    private let computations: SharedComputations
    private let events: JobEvents
    private let metrics: GatewayMetrics
    private let settings: JobSettings
    let logger: Logger
    private let state = Mutex(State())
    private let wakeups: AsyncStream<Void>
    private let wakeupSource: AsyncStream<Void>.Continuation

    init(
        store: any JobStore & Outbox, compute: any Compute, inputs: InputSource,
        computations: SharedComputations,
        events: JobEvents, metrics: GatewayMetrics, settings: JobSettings, logger: Logger
    ) {
        self.store = store
        self.compute = compute
        self.inputs = inputs
        self.computations = computations
        self.events = events
        self.metrics = metrics
        self.settings = settings
        self.logger = logger
        (wakeups, wakeupSource) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that there may be something to do.
    func wake() { wakeupSource.yield() }

    /// Stops a job that runs here, after the store was told.
    func stop(_ id: String) { state.withLock { $0.running[id] }?.cancel() }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.claimJobs() }
                group.addTask { await self.everySoOften(.seconds(1)) { self.wake() } }
                group.addTask {
                    // Often enough that a job that was cancelled elsewhere does not go on for long.
                    await self.everySoOften(min(self.settings.lease / 4, .seconds(2))) {
                        await self.keepLeases()
                    }
                }
                group.addTask {
                    await self.everySoOften(self.settings.sweepInterval) { await self.forgetWhatIsOld() }
                }
            }
        }
        events.close()
    }

    private func everySoOften(_ interval: Duration, _ body: () async -> Void) async {
        while true {
            do { try await Task.sleep(for: interval) } catch { return }
            await body()
        }
    }

    // MARK: Taking jobs

    private func claimJobs() async {
        await withDiscardingTaskGroup { group in
            for await _ in wakeups {
                while let claimed = await claim() {
                    group.addTask {
                        await self.run(claimed)
                        self.state.withLock { state in
                            state.claimed.remove(claimed.job.id)
                            state.abandoned.remove(claimed.job.id)
                            state.active -= 1
                        }
                        self.wake()
                    }
                }
            }
        }
    }

    private func claim() async -> ClaimedJob? {
        let mayClaim = state.withLock { state in
            guard state.active < settings.concurrency, state.pausedUntil <= .now else { return false }
            state.active += 1
            return true
        }
        guard mayClaim else { return nil }
        do {
            if let job = try await store.claim(
                owner: owner, lease: settings.lease, maxAttempts: settings.maxAttempts)
            {
                state.withLock { _ = $0.claimed.insert(job.job.id) }
                return job
            }
        } catch {
            logger.error("jobs cannot be taken", metadata: ["error": "\(error)"])
        }
        state.withLock { $0.active -= 1 }
        return nil
    }

    // MARK: Running one

    private func run(_ claimed: ClaimedJob) async {
        let job = claimed.job
        events.publish(JobEvent(state: .running, attempts: job.attempts, progress: 0), of: job.id)
        do {
            let call = try claimed.body.withUnsafeBytes { bytes throws(Problem) in
                let algorithm = try Algorithm(named: job.algorithm, at: "algorithm")
                return try ComputeFields.read(bytes, for: algorithm).check(for: algorithm)
            }
            var request = call.request(for: try await inputs.input(of: call))
            request.traceParent = job.origin.traceParent.flatMap(TraceParent.init)
            let results = try await results(of: request, for: job, cached: call.cachesResults).stored
            await end(job) { [store, owner] () async throws(StoreError) in
                try await store.complete(job.id, owner: owner, results) ? .completed : nil
            }
        } catch let failure as Failure {
            await handle(failure, of: job)
        } catch let problem as Problem {
            await fail(job, problem)
        } catch {
            await fail(job, Problem(.internal, "the job could not be run; the log has more"))
            logger.error("a job failed unexpectedly", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
    }

    private func results(
        of request: ComputeRequest, for job: Job, cached: Bool
    ) async throws -> RenderedResult {
        let key = cached ? ResultKey(request.input, request.options) : nil
        if let key, let known = await computations.result(for: key) { return known }
        let result = try await compute(request, for: job)
        let rendered = RenderedResult(result, options: request.options)
        if let key { await computations.insert(rendered, for: key) }
        return rendered
    }

    /// Computes in a task of its own, by which the job can be cancelled.
    private func compute(_ request: ComputeRequest, for job: Job) async throws -> ComputeResult {
        let task = Task { [compute, events, metrics] in
            try await metrics.counting {
                try await compute.compute(request) { progress in
                    let event = JobEvent(
                        state: .running, attempts: job.attempts, progress: progress.fraction,
                        phase: progress.phase)
                    events.publish(event, of: job.id)
                }
            }
        }
        state.withLock { $0.running[job.id] = task }
        defer { state.withLock { $0.running[job.id] = nil } }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func handle(_ failure: Failure, of job: Job) async {
        switch failure.code {
        case .unavailable, .overloaded:
            // The job waits, and so does everything else that needs the daemon.
            let delay = max(failure.retryAfter ?? .seconds(1), .milliseconds(200))
            state.withLock { $0.pausedUntil = max($0.pausedUntil, .now + delay) }
            await giveBack(job, delay: delay, failure.isConnectionLoss ? .lost : .postponed)
            Task {
                try? await Task.sleep(for: delay)
                wake()
            }
        case .cancelled where Task.isCancelled:
            // The gateway stops; the job goes on after its start.
            await giveBack(job, delay: .zero, .postponed)
        case .cancelled where state.withLock({ $0.abandoned.remove(job.id) != nil }): events.forget(job.id)
        case .cancelled:
            // By a request to this gateway, or by hand at the daemon.
            await end(job) { [store] () async throws(StoreError) in
                _ = try await store.cancel(job.id)
                return .cancelled
            }
        default:
            await fail(job, Problem(failure))
        }
    }

    private func giveBack(_ job: Job, delay: Duration, _ interruption: Interruption) async {
        await end(job) { [store, owner] () async throws(StoreError) in
            _ = try await store.giveBack(job.id, owner: owner, delay: delay, interruption)
            return nil
        }
    }

    private func fail(_ job: Job, _ problem: Problem) async {
        await end(job) { [store, owner] () async throws(StoreError) in
            let failure = JobFailure(code: problem.code.rawValue, message: problem.message)
            return try await store.fail(job.id, owner: owner, failure) ? .failed : nil
        }
    }

    /// Writes down how a job ended here, even while the gateway stops, and as often as the store needs to
    /// be asked while the lease holds.
    private func end(
        _ job: Job, _ write: @escaping @Sendable () async throws(StoreError) -> JobState?
    ) async {
        let deadline = ContinuousClock.now + settings.lease
        // A task of its own, as the store does not write for a cancelled one.
        let writing = Task { [logger] in
            while true {
                do throws(StoreError) {
                    return try await write()
                } catch {
                    logger.error(
                        "a job's end cannot be stored", metadata: ["job": "\(job.id)", "error": "\(error)"])
                    guard ContinuousClock.now < deadline else { return nil }
                    try? await Task.sleep(for: .milliseconds(500))
                }
            }
        }
        if let state = await writing.value {
            events.publish(
                JobEvent(state: state, attempts: job.attempts, progress: state == .completed ? 1 : 0),
                of: job.id)
        } else {
            events.forget(job.id)
        }
    }

    // MARK: Keeping house

    /// Renews the leases, notes progress, and stops what was cancelled or taken over elsewhere.
    private func keepLeases() async {
        let (claimed, running) = state.withLock { ($0.claimed, $0.running) }
        guard !claimed.isEmpty else { return }
        do throws(StoreError) {
            let ours = try await store.renewLeases(claimed, of: owner, lease: settings.lease)
            for (id, task) in running where !ours.contains(id) {
                state.withLock { _ = $0.abandoned.insert(id) }
                task.cancel()
            }
            for id in ours {
                guard let progress = events.latest(of: id)?.progress else { continue }
                _ = try await store.setProgress(id, owner: owner, progress)
            }
        } catch {
            logger.error("leases cannot be renewed", metadata: ["error": "\(error)"])
        }
    }

    private func forgetWhatIsOld() async {
        func moment(_ age: Duration) -> Date { Date(timeIntervalSinceNow: -(age / .seconds(1))) }
        do throws(StoreError) {
            let jobs = try await store.deleteJobs(endedBefore: moment(settings.retention))
            if jobs > 0 { logger.info("removed old jobs", metadata: ["count": "\(jobs)"]) }
            let messages = try await store.pruneOutbox(madeBefore: moment(settings.messageRetention))
            if messages > 0 {
                logger.warning(
                    "dropped messages that nobody published; does tda-bridge run?",
                    metadata: ["count": "\(messages)"])
            }
        } catch {
            logger.error("what is old cannot be removed", metadata: ["error": "\(error)"])
        }
    }
}
