import Hardware

/// A flat array that a computation's memory account knows of: reserved before it is allocated,
/// given back when its last owner goes.
///
/// Sendable without a lock because sharing is by phases: workers write disjoint elements, and
/// `Team.run` returning orders those writes before any later read.
final class Storage<Element: BitwiseCopyable>: @unchecked Sendable {
    let base: UnsafeMutablePointer<Element>
    let count: Int
    private let memory: MemoryAccount
    /// Whose memory it is, where it is a part of another.
    private let owner: AnyObject?

    /// - Throws: `HomologyError.memory` when the account refuses.
    init(count: Int, memory: MemoryAccount) throws(HomologyError) {
        let bytes = count * MemoryLayout<Element>.stride
        do { try memory.reserve(bytes) } catch { throw .memory(error) }
        if bytes < Self.large {
            base = .allocate(capacity: max(count, 1))
        } else {
            guard let room = MemoryBlock.allocate(bytes) else {
                memory.release(bytes)
                throw .memory(
                    MemoryBudgetExceeded(requested: bytes, held: memory.current, limit: memory.current))
            }
            base = room.bindMemory(to: Element.self, capacity: count)
        }
        self.count = count
        self.memory = memory
        owner = nil
    }

    /// `count` elements in the memory of `owner`, which has room for them from its element `start` on: for what is let go
    /// before that is used for what it is there for.
    init<Other>(in owner: Storage<Other>, from start: Int, count: Int) {
        base = UnsafeMutableRawPointer(owner.base + start).bindMemory(to: Element.self, capacity: count)
        self.count = count
        memory = owner.memory
        self.owner = owner
    }

    convenience init(repeating value: Element, count: Int, memory: MemoryAccount) throws(HomologyError) {
        try self.init(count: count, memory: memory)
        base.initialize(repeating: value, count: count)
    }

    /// As many elements whose bytes are all zero. What is large comes so from the system, untouched: whoever uses it
    /// first is the one to clear it.
    convenience init(zeros count: Int, memory: MemoryAccount) throws(HomologyError) {
        try self.init(count: count, memory: memory)
        let bytes = count * MemoryLayout<Element>.stride
        if bytes < Self.large {
            UnsafeMutableRawPointer(base).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        }
    }

    /// From so many bytes on a mapping on large pages pays; smaller blocks are found again without page faults.
    private static var large: Int { 1 << 21 }

    deinit {
        if owner != nil { return }
        let bytes = count * MemoryLayout<Element>.stride
        if bytes < Self.large { base.deallocate() } else { MemoryBlock.free(base, bytes) }
        memory.release(bytes)
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { base[index] }
        set { base[index] = newValue }
    }
}
