import Hardware

/// A flat array that a computation's memory account knows of: reserved before it is allocated,
/// given back when its last owner goes. Large ones stand on large pages (`MemoryBlock`).
///
/// Sendable without a lock because sharing is by phases: workers write disjoint elements, and
/// `Team.run` returning orders those writes before any later read.
final class Storage<Element: BitwiseCopyable>: @unchecked Sendable {
    let base: UnsafeMutablePointer<Element>
    let count: Int
    private let memory: MemoryAccount

    /// - Throws: `HomologyError.memory` when the account refuses.
    init(count: Int, memory: MemoryAccount) throws(HomologyError) {
        let bytes = count * MemoryLayout<Element>.stride
        do { try memory.reserve(bytes) } catch { throw .memory(error) }
        guard let room = MemoryBlock.allocate(Self.allocated(count)) else {
            memory.release(bytes)
            throw .memory(
                MemoryBudgetExceeded(requested: bytes, held: memory.current, limit: memory.current))
        }
        base = room.bindMemory(to: Element.self, capacity: count)
        self.count = count
        self.memory = memory
    }

    convenience init(repeating value: Element, count: Int, memory: MemoryAccount) throws(HomologyError) {
        try self.init(count: count, memory: memory)
        base.initialize(repeating: value, count: count)
    }

    /// Bytes; some even for no elements.
    private static func allocated(_ count: Int) -> Int { max(count, 1) * MemoryLayout<Element>.stride }

    deinit {
        MemoryBlock.free(base, Self.allocated(count))
        memory.release(count * MemoryLayout<Element>.stride)
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { base[index] }
        set { base[index] = newValue }
    }
}
