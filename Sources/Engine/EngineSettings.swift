/// How much the engine takes on.
public struct EngineSettings: Sendable {
    /// Requests that may wait, their numbers read or still to come.
    public var queueCapacity = 1024
    /// Computations up to this cost run on one thread, past the large ones.
    public var smallCost = Cost(seconds: 0.05, memory: 64 << 20)
    /// Computations up to this many seconds may be done where they are read.
    public var tinySeconds = 750e-6

    /// The clock by which jobs are charged; for tests.
    package var now: @Sendable () -> ContinuousClock.Instant = { .now }

    public init() {}

    /// What a computation costs as it will run, and whether that is as a small one.
    func price(_ cost: Cost) -> (cost: Cost, isSmall: Bool) {
        let isSmall = cost.secondsOnOneThread <= smallCost.seconds && cost.memory <= smallCost.memory
        return (isSmall ? cost.onOneThread : cost, isSmall)
    }
}
