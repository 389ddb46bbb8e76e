import Hardware

/// A flat array that grows in place, without moving: addresses for all of it are set aside at once,
/// which costs nothing, and memory is counted as far as it is used.
///
/// Sendable as `Storage` is.
final class ReservedArray<Element: BitwiseCopyable>: @unchecked Sendable {
    let base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private let memory: MemoryAccount

    init(capacity: Int, memory: MemoryAccount) {
        base = .allocate(capacity: max(capacity, 1))
        self.memory = memory
    }

    deinit {
        base.deallocate()
        memory.release(count * MemoryLayout<Element>.stride)
    }

    /// - Parameter newCount: at most the capacity.
    /// - Throws: `HomologyError.memory` when the account refuses.
    func grow(to newCount: Int) throws(HomologyError) {
        do { try memory.reserve((newCount - count) * MemoryLayout<Element>.stride) } catch {
            throw .memory(error)
        }
        count = newCount
    }
}
