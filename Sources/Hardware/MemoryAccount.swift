import Synchronization

/// The large allocations of one computation, counted against a budget that all share.
///
/// Whoever allocates reserves first: `reserve` fails where the budget would be passed, and nothing
/// has been allocated then. `peak` is what `memory_peak_mb` reports.
public final class MemoryAccount: Sendable {
    private let budget: MemoryBudget?
    private let held = Atomic<Int>(0)
    private let highest = Atomic<Int>(0)

    /// - Parameter budget: nil counts without a bound.
    public init(budget: MemoryBudget? = nil) { self.budget = budget }

    deinit { budget?.giveBack(held.load(ordering: .relaxed)) }

    /// Bytes held now.
    public var current: Int { held.load(ordering: .relaxed) }
    /// The most bytes held at any time.
    public var peak: Int { highest.load(ordering: .relaxed) }

    /// - Throws: `MemoryBudgetExceeded`, with nothing reserved.
    public func reserve(_ bytes: Int) throws(MemoryBudgetExceeded) {
        try budget?.take(bytes)
        let now = held.add(bytes, ordering: .relaxed).newValue
        highest.max(now, ordering: .relaxed)
    }

    public func release(_ bytes: Int) {
        held.subtract(bytes, ordering: .relaxed)
        budget?.giveBack(bytes)
    }
}

/// Bytes that all computations of a process may hold together.
public final class MemoryBudget: Sendable {
    public let limit: Int
    private let held = Atomic<Int>(0)

    public init(limit: Int) { self.limit = limit }

    public var current: Int { held.load(ordering: .relaxed) }

    func take(_ bytes: Int) throws(MemoryBudgetExceeded) {
        // Never above the limit, not even for a moment: a refusal must not make others refused.
        var before = held.load(ordering: .relaxed)
        while true {
            guard bytes <= limit - before else {
                throw MemoryBudgetExceeded(requested: bytes, held: before, limit: limit)
            }
            let (taken, now) = held.weakCompareExchange(
                expected: before, desired: before + bytes, ordering: .relaxed)
            if taken { return }
            before = now
        }
    }

    func giveBack(_ bytes: Int) { held.subtract(bytes, ordering: .relaxed) }
}

/// A reservation that would have passed the budget. All in bytes.
public struct MemoryBudgetExceeded: Error, Sendable, Hashable {
    public let requested: Int
    public let held: Int
    public let limit: Int

    public init(requested: Int, held: Int, limit: Int) {
        self.requested = requested
        self.held = held
        self.limit = limit
    }
}
