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
    /// - Parameters:
    ///   - order: the edges by (larger end, smaller end).
    ///   - ranks: by the given number of the edge.
    ///   - room: for as many edges, used by nobody else.
    init(
        _ edges: GivenEdges, _ order: Storage<UInt32>, ranks: Storage<UInt32>, in room: Storage<UInt32>
    ) throws(HomologyError) {
        try self.init(vertexCount: edges.graph.count, in: room, edges.context)
        let parts = Self.parts(vertexCount, edgeCount, edges.context)
        try fill(OrderedEdges(edges: edges, order: order, rankOf: ranks, partCount: parts), edges.context)
    }

    /// The same lists with the vertices under other numbers.
    init(
        _ lists: AdjacencyLists, numbering: VertexNumbering, in room: Storage<UInt32>, context: ComputeContext
    ) throws(HomologyError) {
        try self.init(vertexCount: lists.vertexCount, in: room, context)
        let parts = Self.parts(vertexCount, edgeCount, context)
        try fill(RenumberedLists(lists, numbering, partCount: parts, context), context)
    }

    private init(
        vertexCount: Int, in room: Storage<UInt32>, _ context: ComputeContext
    ) throws(HomologyError) {
        self.vertexCount = vertexCount
        storage = (try Storage(count: vertexCount + 1, memory: context.memory), room)
        starts = storage.0.base
        neighbours = room.base
        ranks = room.base + room.count / 4 * 2
        // A look past the last list finds a number (`tda_neighbours`).
        ranks[room.count / 4 * 2] = none
    }

    /// Each part of the neighbours has counters of its own, one for each vertex, as long as those take no more than
    /// half as much as the lists.
    private static func parts(_ vertices: Int, _ edges: Int, _ context: ComputeContext) -> Int {
        max(1, min(context.team.size, 2 * edges / vertices))
    }

    private func fill(_ source: some NeighbourSource, _ context: ComputeContext) throws(HomologyError) {
        let (count, parts) = (vertexCount, source.partCount)
        /// By part and vertex: how many neighbours, then the place of the next one in the vertex's list.
        let next = try Storage<UInt32>(zeros: parts * count, memory: context.memory)
        try context.forEachChunk(of: parts, size: 1) { _, part in
            let counters = next.base + part.lowerBound * count
            source.forEach(inPart: part.lowerBound, context.stop) { v, _, _ in counters[Int(v)] &+= 1 }
        }
        starts[count] = try context.forEachStart(of: count) { v in
            var size = 0
            for part in 0..<parts { size &+= Int(next.base[part &* count &+ v]) }
            return size
        } body: { v, start in
            starts[v] = start
            var place: UInt32 = 0
            for part in 0..<parts {
                let counter = next.base + (part &* count &+ v)
                (counter.pointee, place) = (place, place &+ counter.pointee)
            }
        }
        try context.forEachChunk(of: parts, size: 1) { _, part in
            let places = next.base + part.lowerBound * count
            source.forEach(inPart: part.lowerBound, context.stop) { v, neighbour, rank in
                let place = starts[Int(v)] &+ Int(places[Int(v)])
                places[Int(v)] &+= 1
                neighbours[place] = neighbour
                ranks[place] = rank
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

/// The neighbours of all vertices in some order, in which those of one vertex ascend, cut into parts.
private protocol NeighbourSource: Sendable {
    var partCount: Int { get }
    /// May end early where the stop signal is set.
    func forEach(
        inPart part: Int, _ stop: StopSignal,
        _ body: (_ v: UInt32, _ neighbour: UInt32, _ rank: UInt32) -> Void)
}

/// Edges by (larger end, smaller end). A vertex meets its smaller neighbours as the larger end of a run of edges, and
/// then, as the smaller end, its larger ones.
private struct OrderedEdges: NeighbourSource {
    let edges: GivenEdges
    let order: Storage<UInt32>
    let rankOf: Storage<UInt32>
    let partCount: Int

    @inline(__always)
    func forEach(inPart part: Int, _ stop: StopSignal, _ body: (UInt32, UInt32, UInt32) -> Void) {
        let size = (order.count + partCount - 1) / partCount
        for place in min(part * size, order.count)..<min((part + 1) * size, order.count) {
            if place & 0xffff == 0, stop.isStopped { return }
            let edge = order.base[place]
            let (a, b) = edges.ends(edge)
            let rank = rankOf.base[Int(edge)]
            body(a, b, rank)
            body(b, a, rank)
        }
    }
}

/// Every vertex in the order of the new numbers as the neighbour of its neighbours.
private struct RenumberedLists: NeighbourSource {
    let lists: AdjacencyLists
    let numbering: VertexNumbering
    let partCount: Int
    /// The first number of each part, and the end of the last.
    private let firsts: Storage<Int>

    /// Cuts the vertices into parts with about as many neighbours each.
    init(
        _ lists: AdjacencyLists, _ numbering: VertexNumbering, partCount: Int, _ context: ComputeContext
    ) throws(HomologyError) {
        (self.lists, self.numbering, self.partCount) = (lists, numbering, partCount)
        let firsts = try Storage<Int>(
            repeating: lists.vertexCount, count: partCount + 1, memory: context.memory)
        firsts[0] = 0
        let size = max(1, (2 * lists.edgeCount + partCount - 1) / partCount)
        _ = try context.forEachStart(of: lists.vertexCount) { number in
            lists.degree(of: numbering.label(of: UInt32(truncatingIfNeeded: number)))
        } body: { number, start in
            let end = start + lists.degree(of: numbering.label(of: UInt32(truncatingIfNeeded: number)))
            for part in (start + size - 1) / size..<(end + size - 1) / size { firsts.base[part] = number }
        }
        self.firsts = firsts
    }

    @inline(__always)
    func forEach(inPart part: Int, _ stop: StopSignal, _ body: (UInt32, UInt32, UInt32) -> Void) {
        for number in firsts.base[part]..<firsts.base[part + 1] {
            if number & 0xfff == 0, stop.isStopped { return }
            let number = UInt32(truncatingIfNeeded: number)
            for place in lists.range(of: numbering.label(of: number)) {
                body(numbering.number(of: lists.neighbours[place]), number, lists.ranks[place])
            }
        }
    }
}
