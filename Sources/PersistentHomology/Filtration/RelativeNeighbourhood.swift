import Hardware
import RankKernels
import Vocabulary

// The edges with an empty lune are the relative neighbourhood graph (Toussaint, "The relative
// neighbourhood graph of a finite planar set", 1980). They are few, and found from sort keys alone,
// before any edge has a rank, or from ranks, which are in the same order.
extension DenseGraph {
    func emptyLunes(
        forForestOnly: Bool, blocks: Blocks?, scratch: WorkerScratch<DenseScanner>
    ) throws(HomologyError) -> DenseEdges {
        if let blocks { return try DenseEdges(graph: self, ranks: blocks.criticalRanks(context)) }
        if !forForestOnly, vertexCount <= SmallSweep.mostVertices { return try sweptEmptyLunes() }
        let found = InPlaceArray(count: context.team.size) { _ in
            GrowingList<UInt64>(memory: context.memory)
        }
        let rests = try Storage<UInt32>(count: context.team.size * rows.stride, memory: context.memory)
        try context.forEachChunk(of: vertexCount, size: 16) { worker, range throws(HomologyError) in
            let search = LuneSearch(graph: self, rest: rests.base + worker * rows.stride)
            for v in range {
                try search.forEachEdge(at: UInt32(v)) { key, packed throws(HomologyError) in
                    try found[worker].pointee.append(UInt64(key) << 32 | UInt64(packed))
                }
            }
        }
        return DenseEdges(graph: self, packed: try inOrder(found))
    }

    /// Joins the workers' lists, by (length, larger end, smaller end).
    private func inOrder(_ lists: InPlaceArray<GrowingList<UInt64>>) throws(HomologyError) -> Storage<UInt64>
    {
        var total = 0
        for index in 0..<lists.count { total += lists[index].pointee.count }
        let all = try Storage<UInt64>(count: total, memory: context.memory)
        var next = 0
        for index in 0..<lists.count {
            let list = lists[index].pointee.elements
            if let base = list.baseAddress { (all.base + next).update(from: base, count: list.count) }
            next += list.count
            lists[index].pointee.removeAll()
        }
        return try inOrder(all)
    }

    private func inOrder(_ edges: consuming Storage<UInt64>) throws(HomologyError) -> Storage<UInt64> {
        let sorted = try EdgeSort.sort(edges, by: 0..<64, context: context)
        if lengths.precision == .float64 {
            try EdgeSort.refineRuns(sorted, context: context) { packed in
                length((packed >> 16, packed & 0xffff))
            }
        }
        return sorted
    }

    // MARK: small graphs

    /// The same for a small graph, by ranks: as many edges get one as join most pairs of vertices by way of a third,
    /// which is where each of n vertices has more than √n neighbours. Dimension 1 wants about these anyway.
    ///
    /// A sweep over them shows which have an empty lune; of longer edges there are few that could.
    private func sweptEmptyLunes() throws(HomologyError) -> DenseEdges {
        try rankFirst(about: Int(1.2 * Double(vertexCount) * Double(vertexCount).squareRoot()))
        let sweep = try SmallSweep(over: self, memory: context.memory)
        try sweep.advance()
        let longer = try longerEmptyLunes(sweep)
        let all = try Storage<UInt64>(count: sweep.emptyCount + longer.count, memory: context.memory)
        var next = 0
        for rank in 0..<edgeCount where sweep.guides[rank] == SmallSweep.nobody {
            all.base[next] = UInt64(ranking.ends.base[rank])
            next += 1
        }
        (all.base + next).update(from: longer.base, count: longer.count)
        return DenseEdges(graph: self, packed: all, sweep: sweep)
    }

    /// Those without a rank, in order.
    private func longerEmptyLunes(_ sweep: SmallSweep) throws(HomologyError) -> Storage<UInt64> {
        var found = try sweep.edgesApart(in: rows, memory: context.memory)
        var count = 0
        for index in 0..<found.count {
            let ends = UInt32(truncatingIfNeeded: found[index])
            if isLuneEmpty(ends >> 16, ends & 0xffff) {
                found[count] = found[index]
                count += 1
            }
        }
        let edges = try Storage<UInt64>(count: count, memory: context.memory)
        if count > 0 { edges.base.update(from: found.base, count: count) }
        return try inOrder(edges)
    }
}

extension DenseGraph {
    /// Whether equal keys mean equal lengths.
    fileprivate var keysAreLengths: Bool { lengths.precision == .float32 }

    /// Whether the lune of the edge ab is empty, by keys or ranks and, where these are equal, by lengths and ends.
    ///
    /// - Parameter a: the larger end.
    fileprivate func isLuneEmpty(_ a: UInt32, _ b: UInt32) -> Bool {
        let kernels = KernelTable().functions
        let (rowA, rowB) = (rows.row(a), rows.row(b))
        let key = rows.rank(a, b)
        var v = kernels.first_common(rowA, rowB, rows.words, key + 1)
        if v == none { return true }
        if keysAreLengths {
            // Both edges of a vertex below b come before ab where they are as long, of one between only that to b.
            if v < b || kernels.first_common(rowA, rowB, rows.words, key) != none { return false }
            return !(Int(b) + 1..<Int(a)).contains { rowA[$0] < key && rowB[$0] <= key }
        }
        if kernels.first_common(rowA, rowB, rows.words, key) != none { return false }
        while v != none, Int(v) < vertexCount {
            if isBefore(a, v, a, b), isBefore(b, v, a, b) { return false }
            v = nextCommon(after: v, rowA, rowB, key)
        }
        return true
    }

    private func nextCommon(
        after v: UInt32, _ rowA: UnsafePointer<UInt32>, _ rowB: UnsafePointer<UInt32>, _ key: UInt32
    ) -> UInt32 {
        var next = Int(v) + 1
        while next < vertexCount {
            if rowA[next] <= key, rowB[next] <= key { return UInt32(next) }
            next += 1
        }
        return none
    }

    /// Whether the edge uv comes before the edge ab.
    private func isBefore(_ u: UInt32, _ v: UInt32, _ a: UInt32, _ b: UInt32) -> Bool {
        let (key, other) = (rows.rank(u, v), rows.rank(a, b))
        if key != other { return key < other }
        let (length, otherLength) = (length((u, v)), length((a, b)))
        if length != otherLength { return length < otherLength }
        return (max(u, v), min(u, v)) < (max(a, b), min(a, b))
    }
}

/// Looks for edges with an empty lune, on keys or ranks. One worker's.
private struct LuneSearch {
    let graph: DenseGraph
    let rows: RankMatrix
    let kernels = KernelTable().functions
    /// Scratch: a row, in which only the neighbours that are to be looked at yet are left.
    let rest: UnsafeMutablePointer<UInt32>

    init(graph: DenseGraph, rest: UnsafeMutablePointer<UInt32>) {
        self.graph = graph
        rows = graph.rows
        self.rest = rest
    }

    /// Calls `body` with the key and the packed ends of every such edge from `v` to a smaller vertex.
    ///
    /// Neighbours are taken from the nearest on. Each one, u, is in the lunes of all edges vw that are
    /// longer than vu and wu, and these are put aside at once; few are left to be looked at by themselves. Where w < v
    /// and u < v, wu comes before vw if it is as long, too, and so does vu if u < w.
    func forEachEdge(
        at v: UInt32, _ body: (UInt32, UInt32) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        let row = rows.row(v)
        rest.update(from: row, count: rows.stride)
        let breaksTies = graph.keysAreLengths
        var u = kernels.thin(rest, row, rows.words, none, none)
        while u != none {
            if u < v, graph.isLuneEmpty(v, u) { try body(row[Int(u)], v << 16 | u) }
            rest[Int(u)] = none
            u = kernels.thin(rest, rows.row(u), rows.words, row[Int(u)], breaksTies && u < v ? u : none)
        }
    }
}
