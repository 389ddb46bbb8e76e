package import Hardware
package import Vocabulary

/// A ranked graph as sorted adjacency lists: memory grows with the edges, not with the square of
/// the vertices.
///
/// Sendable: the storages are written while it is built and only read afterwards.
struct AdjacencyGraph: RankedGraph, @unchecked Sendable {
    let vertexCount: Int
    let context: ComputeContext
    private let graph: SparseGraph
    /// The given number of the edge, by rank.
    private let given: Storage<UInt32>
    let lists: AdjacencyLists
    /// Nil where the graph is too sparse for it.
    let index: NeighbourIndex?
    /// The vertices under their own numbers here, which follow the graph's shape; nil where the given
    /// ones do.
    private let numbering: VertexNumbering?
    /// What the caller calls the vertices of `graph`; nil where that is their number.
    private let labels: [Int32]?

    /// Every edge has a rank from the start.
    var edgeCount: Int { given.count }
    var totalEdgeCount: Int { given.count }
    func rankMore(upTo length: Double) -> Bool { false }

    /// Sorts the edges up to `threshold`.
    ///
    /// - Parameter labels: the names of vertices that are numbered so that neighbours are near; nil
    ///   where their numbers are their names, and may mean nothing.
    init(
        _ graph: SparseGraph, labels: [Int32]?, threshold: Double, context: ComputeContext
    ) throws(HomologyError) {
        vertexCount = graph.count
        self.graph = graph
        self.labels = labels
        self.context = context
        let edges = GivenEdges(graph, context: context)
        let order = try edges.inOrder(try edges.upTo(threshold))
        try edges.refuseRepeats(order)
        // Sorted where the lists will be: pages that are new to the process cost more than the sort.
        let room = try AdjacencyLists.room(edges: order.count, memory: context.memory)
        given = try edges.byLength(order, in: room)
        let lists = try AdjacencyLists(edges, order, ranks: try edges.ranks(given), in: room)
        if labels == nil, vertexCount > Self.fewVertices {
            (self.lists, numbering) = try Self.numbered(lists, context)
        } else {
            (self.lists, numbering) = (lists, nil)
        }
        index = try NeighbourIndex(self.lists, context: context)
    }

    private static func numbered(
        _ lists: AdjacencyLists, _ context: ComputeContext
    ) throws(HomologyError) -> (AdjacencyLists, VertexNumbering) {
        let numbering = try VertexNumbering(byCells: lists, context: context)
        let room = try AdjacencyLists.room(edges: lists.edgeCount, memory: context.memory)
        LargeBlocks.touch(room.base, count: room.count, context.team)
        return (try AdjacencyLists(lists, numbering: numbering, in: room, context: context), numbering)
    }

    /// So few are near each other under any numbers.
    private static let fewVertices = 256

    @inline(__always)
    func ends(of rank: UInt32) -> (UInt32, UInt32) {
        if let index { return index.ends(of: rank) }
        let edge = Int(given.base[Int(rank)])
        var a = UInt32(bitPattern: graph.ends[2 * edge])
        var b = UInt32(bitPattern: graph.ends[2 * edge + 1])
        if let numbering { (a, b) = (numbering.number(of: a), numbering.number(of: b)) }
        return a > b ? (a, b) : (b, a)
    }

    // A group is the edges whose centres are in one patch, vertices with numbers next to each other. The
    // centre of an edge is the end with fewer neighbours, so that a vertex joined to very many is the centre
    // of few.
    static let patchSize: UInt32 = 8

    var edgeGroupCount: Int { (vertexCount + Int(Self.patchSize) - 1) / Int(Self.patchSize) }

    func edgeGroup(of rank: UInt32) -> Int { Int(centreFirst(rank).centre / Self.patchSize) }

    func patch(of centre: UInt32, size: UInt32 = patchSize) -> Range<UInt32> {
        let first = centre / size * size
        return first..<min(first + size, UInt32(vertexCount))
    }

    @inline(__always)
    func forEachEdge(
        inGroup group: Int, _ body: (UInt32) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        for v in patch(of: UInt32(group) * Self.patchSize) {
            for place in lists.range(of: v) where isCentre(v, of: lists.neighbours[place]) {
                try body(lists.ranks[place])
            }
        }
    }

    func findBlocks(
        into codes: Storage<UInt32>, scratch: WorkerScratch<AdjacencyScanner>, context: ComputeContext,
        progress: @Sendable (Double) -> Void
    ) throws(HomologyError) {
        if let index {
            return try EdgeSweep(over: index, findsBlocks: true, context: context)
                .findBlocks(into: codes, progress: progress)
        }
        // Groups that share a patch stay with one worker.
        try context.forEachChunk(of: edgeGroupCount, size: 4) { worker, groups throws(HomologyError) in
            let scanner = scratch.scanners[worker]
            for centre in UInt32(groups.lowerBound)
                * Self.patchSize..<min(UInt32(groups.upperBound) * Self.patchSize, UInt32(vertexCount))
            {
                for place in lists.range(of: centre) where isCentre(centre, of: lists.neighbours[place]) {
                    let rank = lists.ranks[place]
                    let found = try scanner.block(centre, lists.neighbours[place], rank: rank)
                    codes.base[Int(rank)] = Blocks.code(of: found.block, isConnected: found.isConnected)
                }
            }
            progress(Double(groups.upperBound) / Double(edgeGroupCount))
        }
    }

    /// The ends of an edge, its centre first.
    @inline(__always)
    func centreFirst(_ rank: UInt32) -> (centre: UInt32, other: UInt32) {
        let (a, b) = ends(of: rank)
        return isCentre(a, of: b) ? (a, b) : (b, a)
    }

    @inline(__always)
    private func isCentre(_ v: UInt32, of other: UInt32) -> Bool {
        let (mine, theirs) = (lists.degree(of: v), lists.degree(of: other))
        return mine != theirs ? mine < theirs : v < other
    }

    func length(of rank: UInt32) -> Double { graph.lengths[Int(given.base[Int(rank)])] + 0 }

    func label(of v: UInt32) -> UInt32 {
        let v = numbering?.label(of: v) ?? v
        return labels.map { UInt32(bitPattern: $0[Int(v)]) } ?? v
    }

    func makeScanner() throws(HomologyError) -> AdjacencyScanner { try AdjacencyScanner(self) }
}

extension VietorisRips {
    /// The numbers that the vertices of a sparse graph have in the engine, by those given: neighbours are near each
    /// other. For tests, since no result shows them.
    package static func numbers(
        ofVerticesOf graph: SparseGraph, context: ComputeContext
    ) throws(HomologyError) -> [UInt32] {
        let ranked = try AdjacencyGraph(graph, labels: nil, threshold: .infinity, context: context)
        var numbers = [UInt32](repeating: none, count: graph.count)
        for v in 0..<UInt32(graph.count) { numbers[Int(ranked.label(of: v))] = v }
        return numbers
    }
}
