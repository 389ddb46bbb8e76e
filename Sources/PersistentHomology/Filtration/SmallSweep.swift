import Hardware
import RankKernels

/// Looks at the lunes of the edges of few vertices in the order of their ranks, each beside the sets of neighbours by
/// the edges before it, of two words: which are empty, and the components of those that are not connected.
///
/// What `EdgeSweep` and the scanner of ranks find in three passes comes from one here.
///
/// Sendable: used by the calling thread of a computation only.
final class SmallSweep: @unchecked Sendable {
    /// So many vertices are two words.
    static let mostVertices = 128

    private let edges: any PackedEdges
    /// The edges before this one are in the sets.
    @exclusivity(unchecked) private var next = 0
    /// For each vertex those that it is joined to, and itself.
    private let near: Storage<FewVertices>
    /// The ranks of the edges with an empty lune, ascending.
    @exclusivity(unchecked) private(set) var empties: GrowingList<UInt32>
    /// By rank the components of lunes that are not connected, but for the first: each with a vertex of that.
    @exclusivity(unchecked) private var parts: GrowingList<Part>
    /// The parts that have been handed out.
    @exclusivity(unchecked) private var handedOut = 0

    private struct Part: BitwiseCopyable {
        let rank: UInt32
        let first: UInt32
        let other: UInt32
    }

    init(over edges: any PackedEdges, memory: MemoryAccount) throws(HomologyError) {
        self.edges = edges
        near = try Storage(count: edges.vertexCount, memory: memory)
        for v in 0..<edges.vertexCount { near.base[v] = FewVertices(UInt32(v)) }
        empties = GrowingList(memory: memory)
        parts = GrowingList(memory: memory)
    }

    /// Takes the sweep on to the edge of rank `end`.
    func advance(to end: Int) throws(HomologyError) {
        let (near, ends) = (near.base, edges.packedEnds)
        try empties.reserve(end - next)
        for rank in UInt32(next)..<UInt32(max(end, next)) {
            let (a, b) = (Int(ends[Int(rank)] &>> 16), Int(ends[Int(rank)] & 0xffff))
            let lune = near[a].intersection(near[b])
            if lune.isEmpty {
                empties.appendReserved(rank)
            } else {
                try split(lune, of: rank)
            }
            near[a].insert(UInt32(b))
            near[b].insert(UInt32(a))
        }
        next = max(end, next)
    }

    /// Finds the components of a lune that has vertices. Sets are those of the edges before.
    @inline(__always)
    private func split(_ lune: FewVertices, of rank: UInt32) throws(HomologyError) {
        let near = near.base
        let first = lune.first
        var known = lune.intersection(near[Int(first)])
        var rest = lune.subtracting(known)
        // From the side of those not reached: each joins what is reached, or grows a component of its own.
        while !rest.isEmpty {
            let least = rest.first
            var grown = near[Int(least)].intersection(lune)
            if grown.intersection(known).isEmpty {
                var pending = grown
                pending.remove(least)
                while !pending.isEmpty, grown.intersection(known).isEmpty {
                    let v = pending.first
                    let more = near[Int(v)].intersection(lune)
                    pending.formUnion(more.subtracting(grown))
                    pending.remove(v)
                    grown.formUnion(more)
                }
                if grown.intersection(known).isEmpty {
                    try parts.append(Part(rank: rank, first: first, other: least))
                    rest = rest.subtracting(grown)
                    continue
                }
            }
            known.formUnion(grown)
            rest = rest.subtracting(grown)
        }
    }

    /// Calls `body` with the components of each lune that is not connected, up to the edge of rank `end`; each once.
    func forEachUnconnectedLune(
        before end: Int, _ body: (UInt32, LuneComponents) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        try advance(to: end)
        var components = LuneComponents()
        while handedOut < parts.count {
            let rank = parts[handedOut].rank
            if rank >= end { return }
            components.removeAll()
            components.first = parts[handedOut].first
            while handedOut < parts.count, parts[handedOut].rank == rank {
                components.append(parts[handedOut].other)
                handedOut += 1
            }
            try body(rank, components)
        }
    }

    /// Edges longer than all before: their packed ends below their keys, as far as no vertex is nearer to both ends by
    /// its keys. One of which some vertex is joined to both ends is not looked at.
    func edgesApart(in rows: RankMatrix, memory: MemoryAccount) throws(HomologyError) -> GrowingList<UInt64> {
        let reached = try Storage<FewVertices>(count: near.count, memory: memory)
        reached.base.update(from: near.base, count: near.count)
        for rank in 0..<next {
            let (a, b) = (Int(edges.packedEnds[rank] &>> 16), Int(edges.packedEnds[rank] & 0xffff))
            reached.base[a].formUnion(near[b])
            reached.base[b].formUnion(near[a])
        }
        let kernels = KernelTable().functions
        var found = GrowingList<UInt64>(memory: memory)
        for v in 0..<UInt32(near.count) {
            let row = rows.row(v)
            var others = FewVertices(below: v).subtracting(reached.base[Int(v)])
            while !others.isEmpty {
                let u = others.first
                others.remove(u)
                let key = row[Int(u)]
                if key == none || kernels.first_common(row, rows.row(u), rows.words, key) != none { continue }
                try found.append(UInt64(key) << 32 | UInt64(v << 16 | u))
            }
        }
        return found
    }
}

/// A set of vertices below 128.
struct FewVertices: BitwiseCopyable {
    private var bits: UInt128

    @inline(__always)
    private init(bits: UInt128) { self.bits = bits }

    /// Of one vertex.
    @inline(__always)
    init(_ v: UInt32) { self.init(bits: 1 &<< UInt128(v)) }

    /// All below `v`.
    init(below v: UInt32) { self.init(bits: 1 << v &- 1) }

    @inline(__always)
    var isEmpty: Bool { bits == 0 }

    /// The least member of a set that has any.
    @inline(__always)
    var first: UInt32 { UInt32(truncatingIfNeeded: bits.trailingZeroBitCount) }

    @inline(__always)
    mutating func insert(_ v: UInt32) { formUnion(FewVertices(v)) }

    @inline(__always)
    mutating func remove(_ v: UInt32) { self = subtracting(FewVertices(v)) }

    @inline(__always)
    func intersection(_ other: FewVertices) -> FewVertices { .init(bits: bits & other.bits) }

    @inline(__always)
    func subtracting(_ other: FewVertices) -> FewVertices { .init(bits: bits & ~other.bits) }

    @inline(__always)
    mutating func formUnion(_ other: FewVertices) { bits |= other.bits }
}
