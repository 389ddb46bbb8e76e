import Hardware

/// The lune of an edge as a small graph: its vertices in ascending order, and adjacency as rows of
/// bits over positions in that list. Scratch of one worker, used again for every lune.
final class LuneGraph {
    private(set) var vertices: UnsafeMutablePointer<UInt32>
    private(set) var adjacency: UnsafeMutablePointer<UInt64>
    private(set) var count = 0
    /// Words of 64 positions in a row of `adjacency`.
    private(set) var words = 0
    private var vertexCapacity = 0
    private var wordCapacity = 0
    private let memory: MemoryAccount

    init(memory: MemoryAccount) {
        vertices = .allocate(capacity: 1)
        adjacency = .allocate(capacity: 1)
        self.memory = memory
    }

    deinit {
        vertices.deallocate()
        adjacency.deallocate()
        memory.release(bytes)
    }

    private var bytes: Int { vertexCapacity * 4 + wordCapacity * 8 }

    /// Makes room for `count` vertices; what was there is lost.
    func resize(to count: Int) throws(HomologyError) {
        self.count = count
        words = (count + 63) / 64
        if count > vertexCapacity || count * words > wordCapacity {
            let before = bytes
            let newVertices = max(count, vertexCapacity)
            let newWords = max(count * words, wordCapacity)
            do { try memory.reserve(newVertices * 4 + newWords * 8) } catch { throw .memory(error) }
            vertices.deallocate()
            adjacency.deallocate()
            vertices = .allocate(capacity: newVertices)
            adjacency = .allocate(capacity: newWords)
            memory.release(before)
            vertexCapacity = newVertices
            wordCapacity = newWords
        }
    }

    @inline(__always)
    func row(_ position: Int) -> UnsafeMutablePointer<UInt64> { adjacency + position * words }

    @inline(__always)
    func areAdjacent(_ i: Int, _ j: Int) -> Bool { row(i)[j &>> 6] &>> UInt64(j & 63) & 1 == 1 }

    func degree(_ position: Int) -> Int {
        var degree = 0
        let row = row(position)
        for word in 0..<words { degree += row[word].nonzeroBitCount }
        return degree
    }

    /// The position with the most neighbours, the first of equals, and how many it has.
    func highestDegree() -> (position: Int, degree: Int) {
        var best = (position: 0, degree: -1)
        for position in 0..<count {
            let degree = degree(position)
            if degree > best.degree { best = (position, degree) }
        }
        return best
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
