/// How a computation went. Times in seconds, memory in bytes.
public struct ComputeStatistics: Sendable, Hashable {
    /// One stage of the computation and the wall time it took.
    public struct Phase: Sendable, Hashable {
        public let name: String
        public let seconds: Double

        public init(name: String, seconds: Double) {
            self.name = name
            self.seconds = seconds
        }
    }

    public var pointCount = 0
    public var edgeCount = 0
    public var threadCount = 1
    /// Wall time of the computation proper, without queueing.
    public var computeSeconds = 0.0
    public var queueSeconds = 0.0
    /// What admission reckoned with, and what was held at the peak, counted where it is allocated.
    public var estimatedMemory = 0
    public var peakMemory = 0
    /// The threshold that was used: the given one or the enclosing radius.
    public var threshold = 0.0
    /// The path taken, e.g. `cpu`.
    public var backend = "cpu"
    public var phases: [Phase] = []

    public init() {}
}

/// What a computation is expected to take, before it starts.
public struct ComputeEstimate: Sendable, Hashable {
    public var seconds: Double
    /// Bytes held at the peak.
    public var memory: Int
    /// Whether it fits into the memory budget at all.
    public var admissible: Bool
    /// Bytes that computations may hold together.
    public var memoryBudget: Int

    public init(seconds: Double, memory: Int, admissible: Bool, memoryBudget: Int) {
        self.seconds = seconds
        self.memory = memory
        self.admissible = admissible
        self.memoryBudget = memoryBudget
    }
}

/// How far a computation is.
public struct ComputeProgress: Sendable, Hashable {
    /// What is being done, e.g. `distances`, `edges`, `dimension 2`.
    public var phase: String
    /// Overall, 0 to 1, never falling.
    public var fraction: Double

    public init(phase: String, fraction: Double) {
        self.phase = phase
        self.fraction = fraction
    }
}
