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
    convenience init(count: Int, memory: MemoryAccount) throws(HomologyError) {
        do { self.init(try memory.allocate(Self.bytes(count)), count, memory) } catch { throw .memory(error) }
    }

    private init(_ room: UnsafeMutableRawPointer, _ count: Int, _ memory: MemoryAccount) {
        base = room.bindMemory(to: Element.self, capacity: count)
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
        do { self.init(try memory.allocateZeros(Self.bytes(count)), count, memory) } catch {
            throw .memory(error)
        }
    }

    deinit { if owner == nil { memory.free(base, Self.bytes(count)) } }

    private static func bytes(_ count: Int) -> Int { count * MemoryLayout<Element>.stride }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { base[index] }
        set { base[index] = newValue }
    }
}
