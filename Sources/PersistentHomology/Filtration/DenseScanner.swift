import Hardware
import RankKernels

/// Scans rows of a dense graph with the vector kernels.
final class DenseScanner: RankScanner {
    private let graph: DenseGraph
    private let kernels: tda_rank_kernels
    private let ranks: UnsafeMutablePointer<UInt32>
    private let stride: Int
    private let words: UInt32
    private let members: Storage<UInt64>
    private let candidates: Storage<UInt64>
    private let reached: Storage<UInt64>
    private var grown: [UInt32] = []
    private var tried: [UInt32] = []
    private let rows: Storage<UnsafePointer<UInt32>?>
    private let found: Storage<UInt32>
    let foundVertices: UnsafeMutablePointer<UInt32>
    let foundRanks: UnsafeMutablePointer<UInt32>

    init(_ graph: DenseGraph) throws(HomologyError) {
        let memory = graph.context.memory
        self.graph = graph
        kernels = KernelTable().functions
        ranks = graph.ranks.base
        stride = graph.stride
        words = UInt32(graph.words)
        members = try Storage(count: graph.words, memory: memory)
        candidates = try Storage(count: graph.words, memory: memory)
        reached = try Storage(count: graph.words, memory: memory)
        rows = try Storage(count: VietorisRips.highestSimplexDimension + 1, memory: memory)
        found = try Storage(count: 2 * (64 * graph.words + 16), memory: memory)
        foundVertices = found.base
        foundRanks = found.base + 64 * graph.words + 16
    }

    @inline(__always)
    private func row(_ v: UInt32) -> UnsafePointer<UInt32> { UnsafePointer(ranks + Int(v) &* stride) }

    @inline(__always)
    func rank(_ u: UInt32, _ v: UInt32) -> UInt32 { ranks[Int(u) &* stride &+ Int(v)] }

    func isLuneEmpty(of rank: UInt32) -> Bool {
        let (a, b) = graph.ends(of: rank)
        return kernels.first_common(row(a), row(b), words, rank) == none
    }

    func nearestLuneVertex(of rank: UInt32) -> UInt32? {
        let (a, b) = graph.ends(of: rank)
        if kernels.lune(row(a), row(b), words, rank, members.base) == 0 { return nil }
        return kernels.nearest(row(a), row(b), words, members.base)
    }

    func block(of rank: UInt32) -> Block {
        let (a, b) = graph.ends(of: rank)
        let (rowA, rowB) = (row(a), row(b))
        if kernels.lune(rowA, rowB, words, rank, members.base) == 0 { return .critical }
        // Whatever refutes a candidate is joined to every apex: keep only its neighbours.
        candidates.base.update(from: members.base, count: Int(words))
        tried.removeAll(keepingCapacity: true)
        while true {
            let w = kernels.nearest(rowA, rowB, words, candidates.base)
            if w == none { break }
            toggle(w, in: members)
            let refuter = kernels.first_beyond(row(w), words, rank, members.base)
            toggle(w, in: members)
            if refuter == none { return .closed(apex: w) }
            tried.append(w)
            toggle(w, in: candidates)
            if kernels.within(row(refuter), words, rank, candidates.base, candidates.base) == 0 { break }
        }
        return .open(pivot: mostNeighbours(rank))
    }

    /// Of the candidates tried, the one with the most neighbours in the lune: the more the pivot
    /// vertex sees, the fewer simplices need a column. They are near both ends, so all see much.
    private func mostNeighbours(_ rank: UInt32) -> UInt32 {
        var best = (vertex: tried[0], degree: UInt32(0))
        for w in tried {
            let degree = kernels.count_within(row(w), words, rank, members.base)
            if degree > best.degree { best = (w, degree) }
        }
        return best.vertex
    }

    func components(
        of rank: UInt32, startingAt seed: UInt32?, into found: inout LuneComponents
    ) {
        let (a, b) = graph.ends(of: rank)
        found.removeAll()
        let size = kernels.lune(row(a), row(b), words, rank, members.base)
        if size == 0 { return }
        let first = seed ?? kernels.nearest(row(a), row(b), words, members.base)
        found.first = first
        // members: not reached yet; reached: the components that are known, as far as they are known.
        toggle(first, in: members)
        reached.base.update(repeating: 0, count: Int(words))
        toggle(first, in: reached)
        absorb(neighboursOf: first, bound: rank)
        // From the side of those not reached: each joins what is reached, or grows a component of its own.
        while let least = firstMember() {
            grown.removeAll(keepingCapacity: true)
            grown.append(least)
            toggle(least, in: members)
            var next = 0
            var joins = false
            while next < grown.count, !joins {
                let v = grown[next]
                next += 1
                joins = kernels.within(row(v), words, rank, reached.base, candidates.base) != 0
                if kernels.within(row(v), words, rank, members.base, candidates.base) != 0 {
                    move(candidates, to: &grown)
                }
            }
            for v in grown { toggle(v, in: reached) }
            if !joins { found.append(least) }
        }
    }

    /// Moves the neighbours of `v` from the vertices not reached to those reached.
    private func absorb(neighboursOf v: UInt32, bound: UInt32) {
        _ = kernels.within(row(v), words, bound, members.base, candidates.base)
        for word in 0..<Int(words) {
            members.base[word] ^= candidates.base[word]
            reached.base[word] |= candidates.base[word]
        }
    }

    private func firstMember() -> UInt32? {
        for word in 0..<Int(words) where members.base[word] != 0 {
            return UInt32(word * 64 + members.base[word].trailingZeroBitCount)
        }
        return nil
    }

    /// Takes `set` out of the members and appends its vertices to `list`.
    private func move(_ set: Storage<UInt64>, to list: inout [UInt32]) {
        for word in 0..<Int(words) {
            var bits = set.base[word]
            members.base[word] &= ~bits
            while bits != 0 {
                list.append(UInt32(word * 64 + bits.trailingZeroBitCount))
                bits &= bits - 1
            }
        }
    }

    func lune(of rank: UInt32, into lune: LuneGraph) throws(HomologyError) {
        let (a, b) = graph.ends(of: rank)
        let size = kernels.lune(row(a), row(b), words, rank, members.base)
        try lune.reset(rank: rank, count: Int(size))
        var next = 0
        for word in 0..<Int(words) {
            var bits = members.base[word]
            while bits != 0 {
                lune.vertices[next] = UInt32(truncatingIfNeeded: word &* 64 &+ bits.trailingZeroBitCount)
                next &+= 1
                bits &= bits &- 1
            }
        }
    }

    @inline(__always)
    func row(_ position: Int, of lune: LuneGraph) -> UnsafePointer<UInt64> {
        let (place, isNew) = lune.place(ofRow: position)
        if isNew { kernels.packed_within(row(lune.vertices[position]), words, lune.rank, members.base, place) }
        return UnsafePointer(place)
    }

    @inline(__always)
    private func toggle(_ v: UInt32, in set: Storage<UInt64>) {
        set.base[Int(v &>> 6)] ^= 1 &<< UInt64(v & 63)
    }

    func between(_ vertices: UnsafeBufferPointer<UInt32>, low: UInt32, high: UInt32) -> Int {
        for (i, v) in vertices.enumerated() { rows.base[i] = row(v) }
        return Int(
            kernels.between(rows.base, UInt32(vertices.count), words, low, high, foundVertices, foundRanks))
    }

    func hasCommonNeighbour(
        _ vertices: UnsafeBufferPointer<UInt32>, below limit: UInt32, within bound: UInt32
    ) -> Bool {
        for (i, v) in vertices.enumerated() { rows.base[i] = row(v) }
        return kernels.any_common(rows.base, UInt32(vertices.count), words, limit, bound) != 0
    }
}
