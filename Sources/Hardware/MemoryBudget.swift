import Synchronization

/// Bytes that all computations of a process may hold together.
///
/// It keeps large blocks that they let go, for a moment and for the next: never so much that held and kept together
/// are more than what was held at one time, and so never more than the limit. Whoever has the budget calls
/// `giveBackKept` when nothing is computed any more.
public final class MemoryBudget: Sendable {
    public let limit: Int
    private let held = Atomic<Int>(0)
    /// Since nothing was kept.
    private let mostHeld = Atomic<Int>(0)
    private let blocks = KeptBlocks()

    public init(limit: Int) { self.limit = limit }

    public var current: Int { held.load(ordering: .relaxed) }

    /// Bytes in blocks that nobody holds.
    public var kept: Int { blocks.bytes }

    func take(_ bytes: Int) throws(MemoryBudgetExceeded) {
        // Never above the limit, not even for a moment: a refusal must not make others refused.
        var before = held.load(ordering: .relaxed)
        while true {
            guard bytes <= limit - before else {
                throw MemoryBudgetExceeded(requested: bytes, held: before, limit: limit)
            }
            let (taken, now) = held.weakCompareExchange(
                expected: before, desired: before + bytes, ordering: .relaxed)
            if taken { break }
            before = now
        }
        if before + bytes > mostHeld.load(ordering: .relaxed) {
            mostHeld.max(before + bytes, ordering: .relaxed)
        }
    }

    func giveBack(_ bytes: Int) { held.subtract(bytes, ordering: .relaxed) }

    // MARK: kept blocks

    func kept(_ bytes: Int) -> UnsafeMutableRawPointer? { KeptBlocks.suits(bytes) ? blocks.take(bytes) : nil }

    func keep(_ room: UnsafeMutableRawPointer, _ bytes: Int) {
        guard KeptBlocks.suits(bytes) else { return MemoryBlock.free(room, bytes) }
        blocks.keep(room, bytes)
        makeRoom()
        giveBackKept(for: Self.longestKept)
    }

    /// Lets kept blocks go for memory that has been taken beside them.
    func makeRoom() {
        if kept > 0 { blocks.shrink(to: mostHeld.load(ordering: .relaxed) - current) }
    }

    /// How long a block is kept at most, where somebody looks.
    public static let longestKept = Duration.seconds(1)

    /// Gives blocks back to the system that have been kept for `age`.
    public func giveBackKept(for age: Duration = .zero) {
        if blocks.giveBack(keptFor: age) { mostHeld.store(current + kept, ordering: .relaxed) }
    }
}
