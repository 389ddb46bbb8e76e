import Hardware
import RankKernels

/// Looks at the lunes of the edges of few vertices in the order of their ranks, each beside the sets of neighbours by
/// the edges before it, of two words: a vertex of each, and the components of those that are not connected.
///
/// Sendable: used by the calling thread of a computation only.
final class SmallSweep: @unchecked Sendable {
    /// So many vertices are two words.
    static let mostVertices = 128

    private let edges: any PackedEdges
    /// For each vertex those that the edges up to now join it to, and itself.
    private let near: Storage<FewVertices>
    /// By rank the least vertex of the lune, `nobody` where it is empty.
    @exclusivity(unchecked) private(set) var guides: GrowingList<UInt8>
    /// How many are `nobody`.
    @exclusivity(unchecked) private(set) var emptyCount = 0
    /// By rank the components of lunes that are not connected, but for that of the least vertex.
    @exclusivity(unchecked) private(set) var parts: GrowingList<LunePart>

    static let nobody = UInt8.max

    init(over edges: any PackedEdges, memory: MemoryAccount) throws(HomologyError) {
        self.edges = edges
        near = try Storage(count: edges.vertexCount, memory: memory)
        for v in 0..<edges.vertexCount {
            near.base[v] = FewVertices()
            near.base[v].insert(UInt32(v))
        }
        guides = GrowingList(memory: memory)
        parts = GrowingList(memory: memory)
    }

    /// Takes the sweep on over all edges that have a rank.
    func advance() throws(HomologyError) {
        let (near, ends, next, end) = (near.base, edges.packedEnds, guides.count, edges.edgeCount)
        try guides.reserve(end - next)
        let guides = guides.base
        for rank in next..<end {
            let (a, b) = (ends[rank] &>> 16, ends[rank] & 0xffff)
            let lune = near[Int(a)].intersection(near[Int(b)])
            if lune.isEmpty {
                guides[rank] = Self.nobody
                emptyCount &+= 1
            } else {
                let first = lune.first
                guides[rank] = UInt8(truncatingIfNeeded: first)
                let reached = lune.intersection(near[Int(first)])
                let rest = lune.subtracting(reached)
                if !rest.isEmpty { try split(lune, reached, rest, UInt32(truncatingIfNeeded: rank)) }
            }
            near[Int(a)].insert(b)
            near[Int(b)].insert(a)
        }
        self.guides.setCount(max(end, next))
    }

    /// Finds the components of a lune, of whose vertices `rest` are not known to be connected to the least.
    private func split(
        _ lune: FewVertices, _ reached: FewVertices, _ rest: FewVertices, _ rank: UInt32
    ) throws(HomologyError) {
        let near = near.base
        var (reached, rest) = (reached, rest)
        // From the side of those not reached: each joins what is reached, or grows a component of its own.
        while !rest.isEmpty {
            let least = rest.first
            var grown = lune.intersection(near[Int(least)])
            var pending = grown
            pending.remove(least)
            while !pending.isEmpty, grown.intersection(reached).isEmpty {
                let v = pending.first
                let more = lune.intersection(near[Int(v)])
                pending.formUnion(more.subtracting(grown))
                pending.remove(v)
                grown.formUnion(more)
            }
            if grown.intersection(reached).isEmpty {
                try parts.append(LunePart(rank: rank, least: least))
            } else {
                reached.formUnion(grown)
            }
            rest = rest.subtracting(grown)
        }
    }

    /// Edges longer than all before: their packed ends below their keys, as far as no vertex is nearer to both ends by
    /// its keys. One of which some vertex is joined to both ends is not looked at.
    func edgesApart(in rows: RankMatrix, memory: MemoryAccount) throws(HomologyError) -> GrowingList<UInt64> {
        let (near, count, ends) = (near.base, near.count, edges.packedEnds)
        let met = try Storage<FewVertices>(count: count, memory: memory)
        met.base.update(from: near, count: count)
        for rank in 0..<guides.count {
            let (a, b) = (Int(ends[rank] &>> 16), Int(ends[rank] & 0xffff))
            met.base[a].formUnion(near[b])
            met.base[b].formUnion(near[a])
        }
        let kernels = KernelTable().functions
        var found = GrowingList<UInt64>(memory: memory)
        var before = FewVertices()
        for v in 0..<UInt32(count) {
            let row = rows.row(v)
            var others = before.subtracting(met.base[Int(v)])
            before.insert(v)
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

/// A component of the lune of the edge of rank `rank`, by its least vertex.
struct LunePart: BitwiseCopyable {
    let rank: UInt32
    let least: UInt32
}

/// A set of vertices below 128.
struct FewVertices: BitwiseCopyable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init() {}

    @inline(__always)
    private init(_ low: UInt64, _ high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    var isEmpty: Bool { low | high == 0 }

    /// The least member of a set that has any.
    @inline(__always)
    var first: UInt32 {
        let isHigh = low == 0
        let place = (isHigh ? high : low).trailingZeroBitCount
        return UInt32(truncatingIfNeeded: place | (isHigh ? 64 : 0))
    }

    @inline(__always)
    mutating func insert(_ v: UInt32) {
        let bit: UInt64 = 1 &<< UInt64(v & 63)
        low |= v < 64 ? bit : 0
        high |= v < 64 ? 0 : bit
    }

    @inline(__always)
    mutating func remove(_ v: UInt32) {
        let bit: UInt64 = 1 &<< UInt64(v & 63)
        low &= v < 64 ? ~bit : ~0
        high &= v < 64 ? ~0 : ~bit
    }

    @inline(__always)
    func intersection(_ other: FewVertices) -> FewVertices { .init(low & other.low, high & other.high) }

    @inline(__always)
    func subtracting(_ other: FewVertices) -> FewVertices { .init(low & ~other.low, high & ~other.high) }

    @inline(__always)
    mutating func formUnion(_ other: FewVertices) {
        low |= other.low
        high |= other.high
    }
}
