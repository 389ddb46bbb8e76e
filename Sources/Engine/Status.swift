import Hardware
import Synchronization
public import Vocabulary

extension Engine {
    /// Computations that `status` lists at most, the oldest first.
    static let listedComputations = 1000

    /// What the engine is doing and has done; the process's own part is left for its owner to fill in.
    public var status: DaemonStatus {
        var status = DaemonStatus()
        let now = settings.now()
        status.threadCount = threads.threadCount
        status.memoryBudget = budget.limit
        status.memoryReserved = budget.current
        status.queueCapacity = settings.queueCapacity
        let records = state.withLock { state in
            status.completed = state.completed
            status.failed = state.failed
            status.cancelled = state.cancelled
            status.refused = state.refused
            return Array(state.records.values)
        }
        status.computations = records.sorted { $0.job.id < $1.job.id }.prefix(Self.listedComputations)
            .map { record in
                ComputationSummary(
                    id: record.job.id, state: record.state == .running ? .running : .queued,
                    client: record.job.client.name, pointCount: record.job.shape.count,
                    progress: record.job.progress, seconds: (now - record.job.admittedAt).seconds,
                    estimatedMemory: record.cost.memory)
            }
        return status
    }

    /// Seconds that computations have taken, all together.
    public var computeSeconds: Double { state.withLock { $0.computeSeconds } }
}
