public import Hardware

/// The threads on which the engine runs computations; a `WorkerPool`, or a test's stand-in for one.
public protocol ComputeThreads: Sendable {
    var threadCount: Int { get }
    var idleCount: Int { get }

    /// Starts `body` on an idle thread that leads a team of `size`; false where no thread is idle.
    /// `whenReleased` is called whenever threads of the team have come back, and never from within a
    /// call of this protocol.
    func start(
        teamOf size: Int, whenReleased: @escaping @Sendable () -> Void,
        _ body: @escaping @Sendable (any Team) -> Void
    ) -> Bool

    /// Asks the largest team for one of its threads; false where none can be spared.
    func recall() -> Bool

    /// Hands idle threads to the teams that can use more.
    func reinforce()
}

extension WorkerPool: ComputeThreads {}
