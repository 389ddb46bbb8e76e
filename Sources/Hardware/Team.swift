/// Threads that one computation may use together. Worker 0 is always the calling thread.
///
/// A team outlives no computation; the pool it came from owns its threads.
public protocol Team: Sendable {
    /// How many workers `run` starts, ≥ 1.
    var size: Int { get }

    /// Runs `body(worker)` for each worker in `0..<size` side by side and returns when all have
    /// returned. Not reentrant: `body` must not call `run`.
    func run(_ body: @Sendable (Int) -> Void)
}

/// The calling thread alone: no pool, no synchronisation.
public struct CallingThread: Team {
    public init() {}
    public var size: Int { 1 }
    public func run(_ body: @Sendable (Int) -> Void) { body(0) }
}
