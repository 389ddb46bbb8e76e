internal import CHwloc
internal import Glibc
import Synchronization

/// Large blocks that computations have let go, kept for a moment for those that come next.
///
/// The system clears each page before it first gives it to a process, which takes longer than much of what is then
/// computed into it. A block that was written to before comes without that.
final class KeptBlocks: Sendable {
    /// Sendable: whoever takes it out of the list is its only owner.
    private struct Block: @unchecked Sendable {
        let room: UnsafeMutableRawPointer
        let bytes: Int
        /// The memory that its pages are in, as far as can be told: that near the core that has let it go.
        let node: UInt32
        let since: ContinuousClock.Instant
    }

    /// The longest kept first.
    private let blocks = Mutex<[Block]>([])
    private let total = Atomic<Int>(0)

    deinit { shrink(to: 0) }

    /// Bytes kept now.
    var bytes: Int { total.load(ordering: .relaxed) }

    /// Only large pages' worth is: smaller blocks come cleared in no time.
    static func suits(_ bytes: Int) -> Bool { bytes >= LargeBlocks.page }

    func keep(_ room: UnsafeMutableRawPointer, _ bytes: Int) {
        put(Block(room: room, bytes: bytes, node: tda_memory_node(), since: .now))
    }

    /// A block of so many bytes made of one that is kept: of the smallest that is large enough, else of the largest;
    /// nil where none is near. What is in it is anything.
    func take(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard self.bytes > 0 else { return nil }
        let node = tda_memory_node()
        let found = blocks.withLock { blocks -> Block? in
            let near = blocks.indices.filter { blocks[$0].node == node }
            let place =
                near.filter { blocks[$0].bytes >= bytes }.min { blocks[$0].bytes < blocks[$1].bytes }
                ?? near.max { blocks[$0].bytes < blocks[$1].bytes }
            return place.map { blocks.remove(at: $0) }
        }
        guard let found else { return nil }
        total.subtract(found.bytes, ordering: .relaxed)
        if found.bytes >= bytes {
            if let rest = MemoryBlock.split(found.room, found.bytes, at: bytes) {
                keep(rest.room, rest.bytes)
            }
            return found.room
        }
        if let room = MemoryBlock.resize(found.room, from: found.bytes, to: bytes) { return room }
        MemoryBlock.free(found.room, found.bytes)
        return nil
    }

    /// Gives memory back to the system until no more than `most` bytes are kept: that kept longest first, and of a
    /// block no more than need be.
    func shrink(to most: Int) {
        while bytes > most, let block = takeFirst(where: { _ in true }) {
            let left = (most - bytes) / LargeBlocks.page * LargeBlocks.page
            if left > 0, let room = MemoryBlock.resize(block.room, from: block.bytes, to: left) {
                put(Block(room: room, bytes: left, node: block.node, since: block.since), at: 0)
            } else {
                MemoryBlock.free(block.room, block.bytes)
            }
        }
    }

    /// Gives the blocks back that have been kept for `age`. Returns whether there were any.
    func giveBack(keptFor age: Duration) -> Bool {
        let latest = ContinuousClock.now - age
        var any = false
        while let block = takeFirst(where: { $0.since <= latest }) {
            MemoryBlock.free(block.room, block.bytes)
            any = true
        }
        return any
    }

    private func takeFirst(where isToGo: (Block) -> Bool) -> Block? {
        let block = blocks.withLock { blocks -> Block? in
            guard let first = blocks.first, isToGo(first) else { return nil }
            return blocks.removeFirst()
        }
        if let block { total.subtract(block.bytes, ordering: .relaxed) }
        return block
    }

    private func put(_ block: Block, at place: Int? = nil) {
        blocks.withLock { $0.insert(block, at: place ?? $0.endIndex) }
        total.add(block.bytes, ordering: .relaxed)
    }
}
