/// A block of memory that an account counts, for as long as this is there. What it holds at first is anything.
///
/// `@unchecked Sendable`: whoever writes to it sees to it that nobody else does there meanwhile.
package final class CountedRoom: @unchecked Sendable {
    package let base: UnsafeMutableRawPointer
    private let byteCount: Int
    private let memory: MemoryAccount

    package init(byteCount: Int, memory: MemoryAccount) throws(MemoryBudgetExceeded) {
        base = try memory.allocate(byteCount)
        self.byteCount = byteCount
        self.memory = memory
    }

    deinit { memory.free(base, byteCount) }
}
