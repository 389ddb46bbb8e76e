import Hardware
import Synchronization

/// Bytes counted on an account until their owner goes.
final class CountedBytes: Sendable {
    private let memory: MemoryAccount
    private let bytes = Atomic<Int>(0)

    init(memory: MemoryAccount) { self.memory = memory }

    deinit { memory.release(bytes.load(ordering: .relaxed)) }

    func reserve(_ more: Int) throws(HomologyError) {
        do { try memory.reserve(more) } catch { throw .memory(error) }
        bytes.add(more, ordering: .relaxed)
    }
}
