public import Hardware
public import Vocabulary

extension Failure {
    static func pastBudget(estimate: Int, budget: Int) -> Failure {
        Failure(
            .resourceExhausted,
            "this computation would hold about \(estimate) bytes, the memory budget is \(budget); "
                + "lower the threshold or the dimension, or use fewer points",
            details: ["estimate": "\(estimate)", "budget": "\(budget)"])
    }

    static func noMemoryNow(retryAfter: Duration) -> Failure {
        Failure(
            .overloaded, "other computations hold the memory that this request needs, try again later",
            retryAfter: retryAfter)
    }

    /// A computation that met the budget while it ran: too large for it, or for what others left of it.
    public init(_ exceeded: MemoryBudgetExceeded, held: Int) {
        let needed = held + exceeded.requested
        if needed <= exceeded.limit {
            self = .noMemoryNow(retryAfter: .seconds(1))
        } else {
            self = .pastBudget(estimate: needed, budget: exceeded.limit)
        }
    }

    public init(_ reason: StopReason) {
        switch reason {
        case .cancelled: self.init(.cancelled, "the computation was cancelled")
        case .deadlineExceeded:
            self.init(.deadlineExceeded, "the computation did not end within its timeout")
        }
    }

    static let draining = Failure(
        .unavailable, "the daemon is shutting down and takes no further requests",
        retryAfter: .seconds(5))

    static let shutDown = Failure(
        .unavailable, "the daemon shut down before the computation ended, try again",
        retryAfter: .seconds(5))
}
