import Hardware
import Vocabulary

/// The neighbours of every vertex, ascending, and the ranks of the edges to them, end to end.
///
/// Sendable: written while it is built, only read afterwards.
struct AdjacencyLists: @unchecked Sendable {
    let vertexCount: Int
    /// The list of v is at `starts[v] ..< starts[v + 1]`.
    let starts: UnsafeMutablePointer<Int>
    let neighbours: UnsafeMutablePointer<UInt32>
    let ranks: UnsafeMutablePointer<UInt32>
    private let storage: (Storage<Int>, Storage<UInt32>)

    var edgeCount: Int { storage.1.count / 4 }

    static func bytes(edges: Int) -> Int { 16 * edges }

    /// Room for the lists of so many edges: as much as these take twice while they are sorted.
    static func room(edges: Int, memory: MemoryAccount) throws(HomologyError) -> Storage<UInt32> {
        try Storage(count: 4 * edges + 1, memory: memory)
    }

    /// The lists of the edges of a graph.
    ///
    /// Smaller neighbours come before larger ones. A vertex is the larger end of a run of edges, which has
    /// its smaller neighbours in order; as the smaller end it meets its larger neighbours in order, too.
    /// - Parameters:
    ///   - order: the edges by (larger end, smaller end).
    ///   - ranks: by the given number of the edge.
    ///   - numbering: the numbers by which they are in order, nil where these are the given ones.
    ///   - room: for as many edges, used by nobody else.
    init(
        _ edges: GivenEdges, _ order: Storage<UInt32>, ranks rankOf: Storage<UInt32>,
        numbering: VertexNumbering?, in room: Storage<UInt32>
    ) throws(HomologyError) {
        let (context, count) = (edges.context, edges.graph.count)
        vertexCount = count
        storage = (try Storage(count: count + 1, memory: context.memory), room)
        starts = storage.0.base
        neighbours = storage.1.base
        ranks = storage.1.base + 2 * order.count
        // A look past the last list finds a number (`tda_neighbours`).
        ranks[2 * order.count] = none
        try fill(edges, order, rankOf, numbering)
    }

    private func fill(
        _ edges: GivenEdges, _ order: Storage<UInt32>, _ rankOf: Storage<UInt32>,
        _ numbering: VertexNumbering?
    ) throws(HomologyError) {
        let (context, count) = (edges.context, vertexCount)
        // Each part of the edges has counters of its own, as long as those stay few beside the edges.
        let parts = max(1, min(context.team.size, order.count / (4 * count)))
        let part = (order.count + parts - 1) / parts
        let range = { @Sendable (index: Int) in
            min(index * part, order.count)..<min((index + 1) * part, order.count)
        }
        /// Where the run of each larger end begins.
        let runs = try Storage<Int>(repeating: 0, count: count + 1, memory: context.memory)
        /// By part and smaller end: how many edges, then where the next one goes in the list.
        let larger = try Storage<UInt32>(repeating: 0, count: parts * count, memory: context.memory)
        try context.forEachChunk(of: parts, size: 1) { _, chunk in
            for place in range(chunk.lowerBound) {
                let (a, b) = edges.ends(order.base[place], numbering)
                larger.base[chunk.lowerBound &* count &+ Int(b)] &+= 1
                let before = place == 0 ? -1 : Int(edges.ends(order.base[place &- 1], numbering).larger)
                if before < Int(a) { for v in before + 1...Int(a) { runs.base[v] = place } }
            }
        }
        let last = order.count == 0 ? -1 : Int(edges.ends(order.base[order.count - 1], numbering).larger)
        for v in last + 1...count { runs.base[v] = order.count }

        var start = 0
        for v in 0..<count {
            starts[v] = start
            var next = runs.base[v + 1] - runs.base[v]
            for index in 0..<parts {
                let size = Int(larger.base[index * count + v])
                larger.base[index * count + v] = UInt32(next)
                next += size
            }
            start += next
        }
        starts[count] = start

        try context.forEachChunk(of: parts, size: 1) { _, chunk in
            let counters = larger.base + chunk.lowerBound * count
            for place in range(chunk.lowerBound) {
                if place & 0xffff == 0, context.stop.isStopped { return }
                let edge = order.base[place]
                let (a, b) = edges.ends(edge, numbering)
                let rank = rankOf.base[Int(edge)]
                let own = starts[Int(a)] &+ place &- runs.base[Int(a)]
                neighbours[own] = b
                ranks[own] = rank
                let other = starts[Int(b)] &+ Int(counters[Int(b)])
                counters[Int(b)] &+= 1
                neighbours[other] = a
                ranks[other] = rank
            }
        }
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
