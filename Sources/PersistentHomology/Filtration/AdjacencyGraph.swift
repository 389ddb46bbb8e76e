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
    let given: Storage<UInt32>
    /// The neighbours of v are `neighbours[starts[v] ..< starts[v + 1]]`, ascending.
    let starts: Storage<Int>
    let neighbours: Storage<UInt32>
    let ranks: Storage<UInt32>

    var edgeCount: Int { given.count }

    /// Sorts the edges up to `threshold`.
    init(_ graph: SparseGraph, threshold: Double, context: ComputeContext) throws(HomologyError) {
        vertexCount = graph.count
        self.graph = graph
        self.context = context
        let lexicographic = try Self.lexicographicOrder(graph, threshold: threshold, context: context)
        given = try Self.byLength(lexicographic, graph: graph, context: context)

        let memory = context.memory
        let count = lexicographic.count
        let rankOfEdge = try Storage<UInt32>(count: graph.edgeCount, memory: memory)
        let starts = try Storage<Int>(repeating: 0, count: graph.count + 1, memory: memory)
        let neighbours = try Storage<UInt32>(count: 2 * count, memory: memory)
        let ranks = try Storage<UInt32>(count: 2 * count, memory: memory)
        for rank in 0..<count {
            let edge = Int(given.base[rank])
            rankOfEdge.base[edge] = UInt32(truncatingIfNeeded: rank)
            starts.base[Int(graph.ends[2 * edge]) + 1] += 1
            starts.base[Int(graph.ends[2 * edge + 1]) + 1] += 1
        }
        for v in 0..<graph.count { starts.base[v + 1] += starts.base[v] }
        // In lexicographic order every list fills in ascending order: first the smaller neighbours
        // of v, while v is the larger end, then the larger ones.
        let next = try Storage<Int>(count: graph.count, memory: memory)
        next.base.update(from: starts.base, count: graph.count)
        for position in 0..<count {
            let edge = Int(UInt32(truncatingIfNeeded: lexicographic.base[position]))
            let (a, b) = (graph.ends[2 * edge], graph.ends[2 * edge + 1])
            let rank = rankOfEdge.base[edge]
            for (from, to) in [(a, b), (b, a)] {
                let place = next.base[Int(from)]
                neighbours.base[place] = UInt32(bitPattern: to)
                ranks.base[place] = rank
                next.base[Int(from)] = place + 1
            }
        }
        self.starts = starts
        self.neighbours = neighbours
        self.ranks = ranks
    }

    /// Edges up to the threshold by (larger end, smaller end); the lower half is the given number.
    private static func lexicographicOrder(
        _ graph: SparseGraph, threshold: Double, context: ComputeContext
    ) throws(HomologyError) -> Storage<UInt64> {
        let kept = (0..<graph.edgeCount).count { graph.lengths[$0] <= threshold && graph.lengths[$0] < .infinity }
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
        let (a, b) = (UInt32(bitPattern: graph.ends[2 * edge]), UInt32(bitPattern: graph.ends[2 * edge + 1]))
        return a > b ? (a, b) : (b, a)
    }

    var highestDegree: Int {
        var highest = 0
        for v in 0..<vertexCount { highest = max(highest, starts[v + 1] - starts[v]) }
        return highest
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
        for place in starts.base[group]..<starts.base[group + 1] where isCentre(v, of: neighbours.base[place]) {
            try body(ranks.base[place])
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
        let (mine, theirs) = (degree(v), degree(other))
        return mine != theirs ? mine < theirs : v < other
    }

    @inline(__always)
    private func degree(_ v: UInt32) -> Int { starts.base[Int(v) &+ 1] &- starts.base[Int(v)] }

    func length(of rank: UInt32) -> Double { graph.lengths[Int(given.base[Int(rank)])] }

    func label(of v: UInt32) -> UInt32 { v }

    func makeScanner() throws(HomologyError) -> AdjacencyScanner { try AdjacencyScanner(self) }
}
