import Hardware

/// The lune of an edge as a small graph: its vertices in ascending order, and adjacency as rows of
/// bits over positions in that list. Scratch of one worker, used again for every lune.
///
/// A scanner writes the vertices at once and rows when they are asked for (`RankScanner.row`).
final class LuneGraph {
    @exclusivity(unchecked) private(set) var vertices: UnsafeMutablePointer<UInt32>
    /// The rank of the edge whose lune it is: its own edges have lower rank.
    @exclusivity(unchecked) private(set) var rank: UInt32 = 0
    @exclusivity(unchecked) private(set) var count = 0
    /// Words of 64 positions in a row.
    @exclusivity(unchecked) private(set) var words = 0
    @exclusivity(unchecked) private var adjacency: UnsafeMutablePointer<UInt64>
    /// Whether the row of each position has been written.
    @exclusivity(unchecked) private var filled: UnsafeMutablePointer<Bool>
    private var vertexCapacity = 0
    private var wordCapacity = 0
    private let memory: MemoryAccount

    init(memory: MemoryAccount) {
        vertices = .allocate(capacity: 1)
        adjacency = .allocate(capacity: 1)
        filled = .allocate(capacity: 1)
        self.memory = memory
    }

    deinit {
        vertices.deallocate()
        adjacency.deallocate()
        filled.deallocate()
        memory.release(bytes)
    }

    private var bytes: Int { vertexCapacity * 5 + wordCapacity * 8 }

    /// Makes room for `count` vertices; what was there is lost, and no row is filled.
    func reset(rank: UInt32, count: Int) throws(HomologyError) {
        self.rank = rank
        self.count = count
        words = (count + 63) / 64
        if count > vertexCapacity || count * words > wordCapacity {
            let before = bytes
            let newVertices = max(count, vertexCapacity)
            let newWords = max(count * words, wordCapacity)
            do { try memory.reserve(newVertices * 5 + newWords * 8) } catch { throw .memory(error) }
            vertices.deallocate()
            adjacency.deallocate()
            filled.deallocate()
            vertices = .allocate(capacity: newVertices)
            adjacency = .allocate(capacity: newWords)
            filled = .allocate(capacity: newVertices)
            memory.release(before)
            vertexCapacity = newVertices
            wordCapacity = newWords
        }
        filled.update(repeating: false, count: count)
    }

    /// The place of the row of `position`, and whether this is the first time it is asked for.
    @inline(__always)
    func place(ofRow position: Int) -> (row: UnsafeMutablePointer<UInt64>, isNew: Bool) {
        let isNew = !filled[position]
        filled[position] = true
        return (adjacency + position &* words, isNew)
    }

    /// The position of vertex `v`, which must be in the lune.
    func position(of v: UInt32) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if vertices[middle] < v { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
