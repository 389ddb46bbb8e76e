internal import Glibc
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
        try count(bytes)
        budget?.makeRoom()
    }

    private func count(_ bytes: Int) throws(MemoryBudgetExceeded) {
        try budget?.take(bytes)
        let now = held.add(bytes, ordering: .relaxed).newValue
        highest.max(now, ordering: .relaxed)
    }

    public func release(_ bytes: Int) {
        held.subtract(bytes, ordering: .relaxed)
        budget?.giveBack(bytes)
    }

    // MARK: blocks of fixed size

    /// A block of memory, counted; there may be anything in it. `free` takes it back.
    ///
    /// - Throws: `MemoryBudgetExceeded` where the budget or the system has no more, with nothing reserved.
    package func allocate(_ bytes: Int) throws(MemoryBudgetExceeded) -> UnsafeMutableRawPointer {
        try counting(bytes) {
            KeptBlocks.suits(bytes)
                ? self.budget?.kept(bytes) ?? MemoryBlock.allocate(bytes) : malloc(max(bytes, 1))
        }
    }

    /// The same, of zeros. A large one comes so from the system, untouched, so that whoever uses a page first is the
    /// one to have it cleared.
    package func allocateZeros(_ bytes: Int) throws(MemoryBudgetExceeded) -> UnsafeMutableRawPointer {
        try counting(bytes) {
            KeptBlocks.suits(bytes) ? MemoryBlock.allocate(bytes) : calloc(max(bytes, 1), 1)
        }
    }

    package func free(_ room: UnsafeMutableRawPointer, _ bytes: Int) {
        release(bytes)
        if KeptBlocks.suits(bytes) { letGo(room, bytes) } else { Glibc.free(room) }
    }

    // MARK: blocks that grow

    /// A block of memory, counted, for `resize` and `freeResizable`; there may be anything in it.
    ///
    /// - Throws: `MemoryBudgetExceeded` where the budget or the system has no more, with nothing reserved.
    package func allocateResizable(_ bytes: Int) throws(MemoryBudgetExceeded) -> UnsafeMutableRawPointer {
        try counting(bytes) { self.budget?.kept(bytes) ?? MemoryBlock.allocate(bytes) }
    }

    /// Keeps what is in the block, and moves it if need be.
    ///
    /// - Throws: `MemoryBudgetExceeded` where the budget or the system has no more; nothing has changed then.
    package func resize(
        _ room: UnsafeMutableRawPointer, from held: Int, to wanted: Int
    ) throws(MemoryBudgetExceeded) -> UnsafeMutableRawPointer {
        let moved = try counting(max(wanted - held, 0)) { MemoryBlock.resize(room, from: held, to: wanted) }
        if wanted < held { release(held - wanted) }
        return moved
    }

    package func freeResizable(_ room: UnsafeMutableRawPointer, _ bytes: Int) {
        release(bytes)
        letGo(room, bytes)
    }

    /// What `find` returns, with so many bytes counted.
    private func counting(
        _ bytes: Int, _ find: () -> UnsafeMutableRawPointer?
    ) throws(MemoryBudgetExceeded) -> UnsafeMutableRawPointer {
        try count(bytes)
        let room = find()
        // Only now: what was kept may have become the block.
        budget?.makeRoom()
        if let room { return room }
        release(bytes)
        throw MemoryBudgetExceeded(requested: bytes, held: current, limit: current)
    }

    private func letGo(_ room: UnsafeMutableRawPointer, _ bytes: Int) {
        if let budget { budget.keep(room, bytes) } else { MemoryBlock.free(room, bytes) }
    }
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
