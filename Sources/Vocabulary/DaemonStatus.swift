/// A computation that the daemon has queued or is running, as `status` shows it.
public struct ComputationSummary: Sendable, Hashable {
    public enum State: String, Sendable { case queued, running }
    /// The daemon's own number for it, by which `cancel` names it.
    public var id: UInt64
    public var state: State
    public var client: String
    public var pointCount: Int
    public var progress: ComputeProgress
    public var seconds: Double
    public var estimatedMemory: Int

    public init(
        id: UInt64, state: State, client: String, pointCount: Int, progress: ComputeProgress,
        seconds: Double, estimatedMemory: Int
    ) {
        self.id = id
        self.state = state
        self.client = client
        self.pointCount = pointCount
        self.progress = progress
        self.seconds = seconds
        self.estimatedMemory = estimatedMemory
    }
}

/// What the daemon is doing and has done. Memory in bytes.
public struct DaemonStatus: Sendable, Hashable {
    public var version = ""
    public var processID = 0
    public var uptimeSeconds = 0.0
    public var threadCount = 0
    public var memoryBudget = 0
    public var memoryReserved = 0
    public var queueCapacity = 0
    public var connections = 0
    public var completed = 0
    public var failed = 0
    public var cancelled = 0
    public var refused = 0
    public var computations: [ComputationSummary] = []

    public init() {}
}
