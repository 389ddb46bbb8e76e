import Hardware

/// Edges in the order of the filtration, known by their place in this order.
protocol EdgeSequence: Sendable {
    var count: Int { get }
    /// The ends of the edge at `place`, the larger first.
    func ends(_ place: Int) -> (UInt32, UInt32)
    func length(_ place: Int) -> Double
}

/// Edges of a dense graph, by their ends: they need no ranks.
struct DenseEdges: EdgeSequence {
    let graph: DenseGraph
    /// Packed ends in the lower halves.
    let packed: Storage<UInt64>
    /// What found them in a graph of few vertices.
    let sweep: SmallSweep?

    var count: Int { packed.count }

    init(graph: DenseGraph, packed: Storage<UInt64>, sweep: SmallSweep? = nil) {
        self.graph = graph
        self.packed = packed
        self.sweep = sweep
    }

    init(graph: DenseGraph, ranks: Storage<UInt32>) throws(HomologyError) {
        self.graph = graph
        sweep = nil
        packed = try Storage(count: ranks.count, memory: graph.context.memory)
        for place in 0..<ranks.count {
            packed.base[place] = UInt64(graph.ranking.ends.base[Int(ranks.base[place])])
        }
    }

    func ends(_ place: Int) -> (UInt32, UInt32) {
        let ends = UInt32(truncatingIfNeeded: packed.base[place])
        return (ends >> 16, ends & 0xffff)
    }

    func length(_ place: Int) -> Double { graph.length(ends(place)) }
}

extension DenseGraph {
    func rank(ofEdgeAt place: Int, in edges: DenseEdges) -> UInt32? {
        let (a, b) = edges.ends(place)
        let rank = rows.rank(a, b)
        return rank < unranked ? rank : nil
    }
}

/// Edges of a sparse graph, by their ranks; without a list, all of them.
struct RankedEdges: EdgeSequence {
    let graph: AdjacencyGraph
    let ranks: Storage<UInt32>?

    var count: Int { ranks?.count ?? graph.edgeCount }

    @inline(__always)
    func rank(_ place: Int) -> UInt32 { ranks?.base[place] ?? UInt32(truncatingIfNeeded: place) }

    func ends(_ place: Int) -> (UInt32, UInt32) { graph.ends(of: rank(place)) }

    func length(_ place: Int) -> Double { graph.length(of: rank(place)) }
}

extension AdjacencyGraph {
    func rank(ofEdgeAt place: Int, in edges: RankedEdges) -> UInt32? { edges.rank(place) }

    /// Without sets, a walk along two lists for each lune takes longer than to load whole neighbourhoods.
    var findsBlocksSooner: Bool { index == nil }

    func emptyLunes(
        forForestOnly: Bool, blocks: Blocks?, scratch: WorkerScratch<AdjacencyScanner>
    ) throws(HomologyError) -> RankedEdges {
        if let blocks { return RankedEdges(graph: self, ranks: try blocks.criticalRanks(context)) }
        if forForestOnly { return RankedEdges(graph: self, ranks: nil) }
        let isEmpty = try Storage<Bool>(repeating: false, count: edgeCount, memory: context.memory)
        try context.forEachChunk(of: edgeGroupCount, size: 4) { worker, groups throws(HomologyError) in
            let scanner = scratch.scanners[worker]
            for group in groups {
                try forEachEdge(inGroup: group) { rank in
                    isEmpty.base[Int(rank)] = scanner.isLuneEmpty(of: rank)
                }
            }
        }
        let ranks = try context.members(of: 0..<edgeCount) { isEmpty.base[$0] }
        return RankedEdges(graph: self, ranks: ranks)
    }
}
