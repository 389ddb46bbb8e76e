import Hardware
import Vocabulary

/// The neighbours of every vertex, and the ranks of the edges to them, end to end.
///
/// Sendable: written while it is built, only read afterwards.
struct AdjacencyLists: @unchecked Sendable {
    let vertexCount: Int
    /// The list of v is at `starts[v] ..< starts[v + 1]`.
    let starts: UnsafeMutablePointer<Int>
    let neighbours: UnsafeMutablePointer<UInt32>
    let ranks: UnsafeMutablePointer<UInt32>
    private let storage: (Storage<Int>, Storage<UInt32>)

    /// Room for lists of the given sizes: `starts` is where each would begin, and how far it is filled.
    private init(vertexCount: Int, edgeCount: Int, memory: MemoryAccount) throws(HomologyError) {
        self.vertexCount = vertexCount
        storage = (
            try Storage(repeating: 0, count: vertexCount + 1, memory: memory),
            try Storage(count: 4 * edgeCount, memory: memory)
        )
        starts = storage.0.base
        neighbours = storage.1.base
        ranks = storage.1.base + 2 * edgeCount
    }

    /// The lists of `graph` under its own numbers, each in the order of rank.
    init(
        _ graph: SparseGraph, edgesByRank given: Storage<UInt32>, context: ComputeContext
    ) throws(HomologyError) {
        try self.init(vertexCount: graph.count, edgeCount: given.count, memory: context.memory)
        for rank in 0..<given.count {
            let edge = Int(given.base[rank])
            starts[Int(graph.ends[2 * edge])] += 1
            starts[Int(graph.ends[2 * edge + 1])] += 1
        }
        turnSizesIntoStarts()
        for rank in 0..<given.count {
            if rank & 0xffff == 0 { try context.checkStop() }
            let edge = Int(given.base[rank])
            let (a, b) = (graph.ends[2 * edge], graph.ends[2 * edge + 1])
            append(UInt32(bitPattern: b), to: Int(a), rank: UInt32(truncatingIfNeeded: rank))
            append(UInt32(bitPattern: a), to: Int(b), rank: UInt32(truncatingIfNeeded: rank))
        }
        turnEndsIntoStarts()
    }

    /// The same lists under new numbers, each in ascending order.
    init(
        _ other: AdjacencyLists, renumbered numbering: VertexNumbering, context: ComputeContext
    ) throws(HomologyError) {
        let edgeCount = other.starts[other.vertexCount] / 2
        try self.init(vertexCount: other.vertexCount, edgeCount: edgeCount, memory: context.memory)
        for v in 0..<vertexCount {
            starts[Int(numbering.number(of: UInt32(v)))] = other.degree(of: UInt32(v))
        }
        turnSizesIntoStarts()
        // Vertices come in ascending order, so every list they are appended to is ascending.
        for v in 0..<UInt32(vertexCount) {
            if v & 0x3ff == 0 { try context.checkStop() }
            for place in other.range(of: numbering.label(of: v)) {
                let neighbour = numbering.number(of: other.neighbours[place])
                append(v, to: Int(neighbour), rank: other.ranks[place])
            }
        }
        turnEndsIntoStarts()
    }

    private func turnSizesIntoStarts() {
        var start = 0
        for v in 0..<vertexCount {
            let size = starts[v]
            starts[v] = start
            start += size
        }
        starts[vertexCount] = start
    }

    /// Filling moved each start to the end of its list, where the next one begins.
    private func turnEndsIntoStarts() {
        for v in stride(from: vertexCount - 1, to: 0, by: -1) { starts[v] = starts[v - 1] }
        starts[0] = 0
    }

    @inline(__always)
    private func append(_ neighbour: UInt32, to v: Int, rank: UInt32) {
        neighbours[starts[v]] = neighbour
        ranks[starts[v]] = rank
        starts[v] &+= 1
    }

    @inline(__always)
    func range(of v: UInt32) -> Range<Int> {
        Range(uncheckedBounds: (starts[Int(v)], starts[Int(v) &+ 1]))
    }

    @inline(__always)
    func degree(of v: UInt32) -> Int { starts[Int(v) &+ 1] &- starts[Int(v)] }

    var highestDegree: Int {
        var highest = 0
        for v in 0..<UInt32(vertexCount) { highest = max(highest, degree(of: v)) }
        return highest
    }
}
