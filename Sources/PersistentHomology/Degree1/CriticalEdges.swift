import Hardware

/// The edges with an empty lune, by rank: those of the spanning forest, and the others, which are the
/// births of dimension 1. Each of these closes no triangle when it comes, so it makes a cycle that was
/// not there; every edge with a lune comes with a triangle that fills the cycle it makes at once.
struct CriticalEdges<Graph: RankedGraph> {
    private let graph: Graph
    let edges: Graph.Edges
    private let spanning: SpanningForest
    /// A bit for each rank.
    private let births: Storage<UInt64>
    private let forest: Storage<UInt64>
    /// Up to here the edges have been entered under their ranks.
    private var entered = 0

    /// The births, with and without a rank.
    let count: Int
    /// How long the longest birth is; 0 where there are none.
    let longest: Double

    /// - Parameters:
    ///   - edges: those with an empty lune.
    ///   - spanning: the forest of these.
    init(
        of graph: Graph, edges: Graph.Edges, forest spanning: SpanningForest, memory: MemoryAccount
    ) throws(HomologyError) {
        self.graph = graph
        self.edges = edges
        self.spanning = spanning
        let words = (graph.totalEdgeCount + 63) / 64
        births = try Storage(repeating: 0, count: words, memory: memory)
        forest = try Storage(repeating: 0, count: words, memory: memory)
        var count = 0
        var last: Int?
        for place in 0..<edges.count where !spanning.contains(place) {
            count += 1
            last = place
        }
        self.count = count
        longest = last.map { edges.length($0) } ?? 0
        enterRanked()
    }

    /// Takes in the edges that have been ranked since the last time.
    mutating func enterRanked() {
        while entered < edges.count, let rank = graph.rank(ofEdgeAt: entered, in: edges) {
            let set = spanning.contains(entered) ? forest : births
            set.base[Int(rank >> 6)] |= 1 << UInt64(rank & 63)
            entered += 1
        }
    }

    /// Whether the edge of rank `rank` gives birth.
    @inline(__always)
    func contains(_ rank: UInt32) -> Bool { births.base[Int(rank &>> 6)] &>> UInt64(rank & 63) & 1 == 1 }

    @inline(__always)
    func isInForest(_ rank: UInt32) -> Bool { forest.base[Int(rank &>> 6)] &>> UInt64(rank & 63) & 1 == 1 }

    /// Calls `body` with the ranks of the births, ascending.
    func forEach(_ body: (UInt32) -> Void) {
        for word in 0..<births.count {
            var bits = births.base[word]
            while bits != 0 {
                body(UInt32(word * 64 + bits.trailingZeroBitCount))
                bits &= bits - 1
            }
        }
    }
}
