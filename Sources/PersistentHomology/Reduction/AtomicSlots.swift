import Hardware
import Synchronization

/// The slots of an open-addressing table that workers fill side by side: where things stand in memory, 0 of an empty
/// slot; with the arenas in which these things are, which live as long as the table.
///
/// Sendable: the slots are atomic words.
final class AtomicSlots<Entry: ColumnEntry>: @unchecked Sendable {
    let mask: Int
    private let words: UnsafeMutablePointer<Atomic<UInt>>
    private let storage: Storage<UInt>
    private let memory: MemoryAccount
    private let arenas = Mutex<[ColumnArena<Entry>]>([])

    /// - Parameter capacity: the most that will ever be held; half of the slots stay empty.
    init(capacity: Int, memory: MemoryAccount) throws(HomologyError) {
        var size = 1
        while size < 2 * capacity { size *= 2 }
        storage = try Storage(zeros: size, memory: memory)
        // Zero bytes are an atomic zero, and nothing is to be done when it goes.
        words = UnsafeMutableRawPointer(storage.base).assumingMemoryBound(to: Atomic<UInt>.self)
        mask = size - 1
        self.memory = memory
    }

    @inline(__always)
    subscript(slot: Int) -> UInt { words[slot].load(ordering: .acquiring) }

    /// Puts `desired` where `expected` stands, 0 where nothing does. Returns what stood there.
    @inline(__always)
    func exchange(_ expected: UInt, for desired: UInt, at slot: Int) -> (done: Bool, original: UInt) {
        let (exchanged, original) = words[slot].compareExchange(
            expected: expected, desired: desired, ordering: .acquiringAndReleasing)
        return (exchanged, original)
    }

    /// A place where one worker stores what it enters.
    func makeArena() -> ColumnArena<Entry> {
        let arena = ColumnArena<Entry>(memory: memory)
        arenas.withLock { $0.append(arena) }
        return arena
    }
}
