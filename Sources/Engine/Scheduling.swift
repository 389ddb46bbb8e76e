import Hardware
import Synchronization
import Vocabulary

/// Who goes next, and on how many threads.
///
/// Small jobs and looks at numbers take one thread each and go past large computations: where those
/// hold every thread they are asked to spare one, and where they can spare none there is the express
/// thread. Large computations start as long as one of the threads is to be had for each and share
/// the threads evenly. What all hold in memory together is bounded by their estimates.
extension Engine {
    /// Starts what can be started.
    func schedule() {
        state.withLock { state in
            while let started = startable(in: state).first(where: { start($0.id, in: &state) }) {
                state.queue.serve(started.client, started.lane)
            }
            if state.queue.isEmpty {
                threads.reinforce()
            } else if threads.idleCount == 0, !state.isRecalling, !startable(in: state).isEmpty {
                state.isRecalling = threads.recall()
            }
        }
    }

    private func threadsReleased() {
        state.withLock { $0.isRecalling = false }
        schedule()
    }

    private typealias Candidate = (lane: FairQueue.Lane, client: ClientID, id: UInt64, clock: Double)

    /// The first job of each lane, if there is memory for it, the one that is to start first in front.
    /// A large job that waits for memory is not overtaken by other large ones.
    private func startable(in state: EngineState) -> [Candidate] {
        let lanes: [FairQueue.Lane] = [.small, .large]
        let candidates = lanes.compactMap { lane -> Candidate? in
            guard let first = state.queue.first(in: lane), let record = state.records[first.entry.id],
                state.hasMemory(for: record, budget: budget.limit)
            else { return nil }
            return (lane, first.client, first.entry.id, first.clock)
        }
        return candidates.sorted { ($0.clock, $0.id) < ($1.clock, $1.id) }
    }

    /// False where no thread is to be had.
    private func start(_ id: UInt64, in state: inout EngineState) -> Bool {
        guard let record = state.records[id] else { return false }
        let isLarge = record.takesLargePlace
        let size = isLarge ? teamSize(record.job.threads) : 1
        let job = record.job
        let body: @Sendable (any Team) -> Void = { [self] team in execute(job, team) }
        let released: @Sendable () -> Void = { [weak self] in self?.threadsReleased() }
        if !threads.start(teamOf: size, whenReleased: released, body) {
            // Large ones that lead every thread can spare none.
            guard !isLarge, state.largeCount >= threads.threadCount, let express,
                express.start(teamOf: 1, whenReleased: released, body)
            else { return false }
        }
        state.start(record, at: settings.now())
        if isLarge {
            // Threads are shared with those that run already.
            if state.largeCount > 1 {
                for _ in 1..<max(1, min(size, threads.threadCount / state.largeCount)) {
                    _ = threads.recall()
                }
            }
        }
        return true
    }
}

extension EngineState {
    /// Books a job that was admitted or waits as being on a thread from now on.
    mutating func start(_ record: JobRecord, at now: ContinuousClock.Instant) {
        var record = record
        record.state = record.isSmall || record.plan != nil ? .running : .planning
        record.startedAt = now
        records[record.job.id] = record
        queuedCount -= 1
        queuedInputs -= record.job.shape.byteCount
        startedCount += 1
        startedMemory += record.reservation
        if record.takesLargePlace { largeCount += 1 }
    }
}
