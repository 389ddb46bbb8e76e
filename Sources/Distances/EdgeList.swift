internal import Hardware

/// Edges as one worker finds them, their memory counted on the account.
final class EdgeList<Length: BinaryFloatingPoint & Sendable & BitwiseCopyable> {
    /// The larger end in the upper half, the smaller in the lower.
    private(set) var ends: UnsafeMutablePointer<UInt64>
    private(set) var lengths: UnsafeMutablePointer<Length>
    private(set) var count = 0
    private var capacity = 0
    private let room: (ends: GrowingRoom<UInt64>, lengths: GrowingRoom<Length>)

    static var edgeBytes: Int { MemoryLayout<UInt64>.stride + MemoryLayout<Length>.stride }

    init(memory: MemoryAccount) {
        room = (GrowingRoom(memory), GrowingRoom(memory))
        (ends, lengths) = (room.ends.base, room.lengths.base)
    }

    /// Makes room for `more` edges beyond those that are there.
    func makeRoom(for more: Int) throws(MemoryBudgetExceeded) {
        guard count + more > capacity else { return }
        let larger = max(count + more, 2 * capacity, 1024)
        try room.ends.grow(to: larger)
        ends = room.ends.base
        try room.lengths.grow(to: larger)
        lengths = room.lengths.base
        capacity = larger
    }

    /// Adds an edge for which there is room.
    func append(_ larger: Int, _ smaller: Int, _ length: Length) {
        ends[count] = UInt64(larger) << 32 | UInt64(smaller)
        lengths[count] = length
        count += 1
    }
}
