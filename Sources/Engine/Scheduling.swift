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
            while let (lane, client, id) = next(in: state), start(id, in: &state) {
                state.queue.serve(client, lane)
            }
            if state.queue.isEmpty {
                threads.reinforce()
            } else if threads.idleCount == 0, !state.isRecalling, next(in: state) != nil {
                state.isRecalling = threads.recall()
            }
        }
    }

    private func threadsReleased() {
        state.withLock { $0.isRecalling = false }
        schedule()
    }

    /// The waiting job that is to start next, if there is one that memory and the others allow.
    private func next(in state: EngineState) -> (FairQueue.Lane, ClientID, UInt64)? {
        let small = state.queue.first(in: .small)
        let large = state.queue.first(in: .large)
        var candidates: [(lane: FairQueue.Lane, client: ClientID, id: UInt64, clock: Double)] = []
        if let small { candidates.append((.small, small.client, small.entry.id, small.clock)) }
        // A large job that has no room is not overtaken by other large ones.
        if let large { candidates.append((.large, large.client, large.entry.id, large.clock)) }
        candidates.sort { ($0.clock, $0.id) < ($1.clock, $1.id) }
        for candidate in candidates {
            guard let record = state.records[candidate.id] else { continue }
            guard state.hasMemory(for: record, budget: budget.limit) else { continue }
            return (candidate.lane, candidate.client, candidate.id)
        }
        return nil
    }

    /// False where no thread is to be had.
    private func start(_ id: UInt64, in state: inout EngineState) -> Bool {
        guard var record = state.records[id] else { return false }
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
        record.state = record.isSmall || record.plan != nil ? .running : .planning
        record.startedAt = settings.now()
        state.records[id] = record
        state.queuedCount -= 1
        state.queuedInputs -= record.job.shape.byteCount
        state.startedCount += 1
        state.startedMemory += record.reservation
        if isLarge {
            state.largeCount += 1
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
