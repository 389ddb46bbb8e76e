import Vocabulary

/// What the engine knows of a job that has not ended; guarded by the engine's lock.
struct JobRecord {
    enum State {
        /// Admitted; its numbers are still to come.
        case announced
        /// In the fair queue.
        case waiting
        /// Its numbers are being looked at.
        case planning
        case running
    }

    enum Purpose {
        case compute(Job.Completion)
        case estimate(@Sendable (Result<ComputeEstimate, Failure>) -> Void)
    }

    let job: Job
    var state = State.announced
    var purpose: Purpose?
    /// Nil until it is known what the computation costs.
    var plan: Plan?
    /// What the fair queue reckons with: from the outlook first, then from the plan.
    var cost: Cost
    /// Small jobs go past large ones, and are not planned.
    var isSmall: Bool
    var startedAt: ContinuousClock.Instant?
    /// Why it is being stopped.
    var stopFailure: Failure?
    var deadline: ContinuousClock.Instant?

    /// Bytes that it is expected to hold in its next stage on a thread: to look at numbers takes only them.
    var reservation: Int { isSmall || plan != nil ? cost.memory : job.shape.byteCount }

    /// Large computations are few at a time; looking at numbers is not one.
    var takesLargePlace: Bool { !isSmall && plan != nil }
}
