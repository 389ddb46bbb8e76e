import Hardware
import Vocabulary

/// A ranked graph as sorted adjacency lists: memory grows with the edges, not with the square of
/// the vertices.
///
/// Sendable: the storages are written while it is built and only read afterwards.
struct AdjacencyGraph: RankedGraph, @unchecked Sendable {
    let vertexCount: Int
    let graph: SparseGraph
    let context: ComputeContext
    /// The given number of the edge, by rank.
    private let given: Storage<UInt32>
    /// The vertices under their own numbers here, which follow the graph's shape.
    let lists: AdjacencyLists
    private let numbering: VertexNumbering

    var edgeCount: Int { given.count }

    /// Sorts the edges up to `threshold`.
    init(_ graph: SparseGraph, threshold: Double, context: ComputeContext) throws(HomologyError) {
        vertexCount = graph.count
        self.graph = graph
        self.context = context
        given = try Self.edgesByRank(graph, threshold: threshold, context: context)
        let asGiven = try AdjacencyLists(graph, edgesByRank: given, context: context)
        numbering = try VertexNumbering(breadthFirst: asGiven, context: context)
        lists = try AdjacencyLists(asGiven, renumbered: numbering, context: context)
    }

    /// The given numbers of the edges up to the threshold, by (length, larger end, smaller end).
    private static func edgesByRank(
        _ graph: SparseGraph, threshold: Double, context: ComputeContext
    ) throws(HomologyError) -> Storage<UInt32> {
        let lexicographic = try lexicographicOrder(graph, threshold: threshold, context: context)
        return try byLength(lexicographic, graph: graph, context: context)
    }

    /// Edges up to the threshold by (larger end, smaller end); the lower half is the given number.
    private static func lexicographicOrder(
        _ graph: SparseGraph, threshold: Double, context: ComputeContext
    ) throws(HomologyError) -> Storage<UInt64> {
        let kept = (0..<graph.edgeCount).count {
            graph.lengths[$0] <= threshold && graph.lengths[$0] < .infinity
        }
        let edges = try Storage<UInt64>(count: kept, memory: context.memory)
        var next = 0
        for edge in 0..<graph.edgeCount
        where graph.lengths[edge] <= threshold && graph.lengths[edge] < .infinity {
            let smaller = min(graph.ends[2 * edge], graph.ends[2 * edge + 1])
            edges.base[next] = UInt64(UInt32(bitPattern: smaller)) << 32 | UInt64(edge)
            next += 1
        }
        let bySmaller = try EdgeSort.sort(edges, context: context)
        for position in 0..<kept {
            let edge = bySmaller.base[position] & 0xffff_ffff
            let larger = max(graph.ends[2 * Int(edge)], graph.ends[2 * Int(edge) + 1])
            bySmaller.base[position] = UInt64(UInt32(bitPattern: larger)) << 32 | edge
        }
        let sorted = try EdgeSort.sort(bySmaller, context: context)
        try refuseRepeats(sorted, graph: graph)
        return sorted
    }

    private static func refuseRepeats(
        _ sorted: Storage<UInt64>, graph: SparseGraph
    ) throws(HomologyError) {
        func smallerEnd(_ packed: UInt64) -> Int32 {
            let edge = Int(packed & 0xffff_ffff)
            return min(graph.ends[2 * edge], graph.ends[2 * edge + 1])
        }
        for position in 1..<max(sorted.count, 1) {
            let (before, here) = (sorted.base[position - 1], sorted.base[position])
            if before >> 32 == here >> 32, smallerEnd(before) == smallerEnd(here) {
                throw .invalidInput(.repeatedEdge(a: Int(here >> 32), b: Int(smallerEnd(here))))
            }
        }
    }

    /// The given numbers of the edges by (length, place in lexicographic order).
    private static func byLength(
        _ lexicographic: Storage<UInt64>, graph: SparseGraph, context: ComputeContext
    ) throws(HomologyError) -> Storage<UInt32> {
        let edges = try Storage<UInt64>(count: lexicographic.count, memory: context.memory)
        func numberOfEdge(at place: UInt32) -> Int {
            Int(UInt32(truncatingIfNeeded: lexicographic.base[Int(place)]))
        }
        for place in 0..<edges.count {
            let edge = numberOfEdge(at: UInt32(place))
            let key =
                switch graph.lengths {
                case .float32(let lengths): lengths[edge].sortKey
                case .float64(let lengths): lengths[edge].sortKey
                }
            edges.base[place] = UInt64(key) << 32 | UInt64(place)
        }
        let sorted = try EdgeSort.sort(edges, context: context)
        if case .float64(let lengths) = graph.lengths {
            try EdgeSort.refineRuns(sorted, context: context) { place in
                lengths[Int(UInt32(truncatingIfNeeded: lexicographic.base[Int(place)]))]
            }
        }
        let given = try Storage<UInt32>(count: edges.count, memory: context.memory)
        for rank in 0..<edges.count {
            given.base[rank] = UInt32(numberOfEdge(at: UInt32(truncatingIfNeeded: sorted.base[rank])))
        }
        return given
    }

    @inline(__always)
    func ends(of rank: UInt32) -> (UInt32, UInt32) {
        let edge = Int(given.base[Int(rank)])
        let a = numbering.number(of: UInt32(bitPattern: graph.ends[2 * edge]))
        let b = numbering.number(of: UInt32(bitPattern: graph.ends[2 * edge + 1]))
        return a > b ? (a, b) : (b, a)
    }

    // A group is the edges at one vertex, their centre: of the two ends the one with fewer neighbours,
    // so that a vertex joined to very many is the centre of few.
    var edgeGroupCount: Int { vertexCount }

    func edgeGroup(of rank: UInt32) -> Int { Int(centreFirst(rank).centre) }

    @inline(__always)
    func forEachEdge(
        inGroup group: Int, _ body: (UInt32) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        let v = UInt32(group)
        for place in lists.range(of: v) where isCentre(v, of: lists.neighbours[place]) {
            try body(lists.ranks[place])
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

    func label(of v: UInt32) -> UInt32 { numbering.label(of: v) }

    func makeScanner() throws(HomologyError) -> AdjacencyScanner { try AdjacencyScanner(self) }
}
