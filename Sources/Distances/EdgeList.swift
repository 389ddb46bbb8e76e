internal import Hardware

/// Edges as one worker finds them, their memory counted on the account.
final class EdgeList<Length: BinaryFloatingPoint & Sendable> {
    /// The larger end in the upper half, the smaller in the lower.
    private(set) var ends: UnsafeMutablePointer<UInt64>
    private(set) var lengths: UnsafeMutablePointer<Length>
    private(set) var count = 0
    private var capacity: Int
    private let memory: MemoryAccount

    static var edgeBytes: Int { MemoryLayout<UInt64>.stride + MemoryLayout<Length>.stride }

    init(memory: MemoryAccount) {
        ends = .allocate(capacity: 0)
        lengths = .allocate(capacity: 0)
        capacity = 0
        self.memory = memory
    }

    deinit {
        ends.deallocate()
        lengths.deallocate()
        memory.release(capacity * Self.edgeBytes)
    }

    /// Makes room for `more` edges beyond those that are there.
    func makeRoom(for more: Int) throws(MemoryBudgetExceeded) {
        guard count + more > capacity else { return }
        let larger = max(count + more, 2 * capacity, 1024)
        try memory.reserve(larger * Self.edgeBytes)
        let (newEnds, newLengths) = (
            UnsafeMutablePointer<UInt64>.allocate(capacity: larger),
            UnsafeMutablePointer<Length>.allocate(capacity: larger)
        )
        newEnds.update(from: ends, count: count)
        newLengths.update(from: lengths, count: count)
        ends.deallocate()
        lengths.deallocate()
        memory.release(capacity * Self.edgeBytes)
        (ends, lengths, capacity) = (newEnds, newLengths, larger)
    }

    /// Adds an edge for which there is room.
    func append(_ larger: Int, _ smaller: Int, _ length: Length) {
        ends[count] = UInt64(larger) << 32 | UInt64(smaller)
        lengths[count] = length
        count += 1
    }
}
