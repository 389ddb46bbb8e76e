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

    /// - Throws: `HomologyError.memory` when the account refuses.
    init(count: Int, memory: MemoryAccount) throws(HomologyError) {
        do { try memory.reserve(count * MemoryLayout<Element>.stride) } catch { throw .memory(error) }
        self.base = .allocate(capacity: max(count, 1))
        self.count = count
        self.memory = memory
    }

    convenience init(repeating value: Element, count: Int, memory: MemoryAccount) throws(HomologyError) {
        try self.init(count: count, memory: memory)
        base.initialize(repeating: value, count: count)
    }

    deinit {
        base.deallocate()
        memory.release(count * MemoryLayout<Element>.stride)
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { base[index] }
        set { base[index] = newValue }
    }
}
