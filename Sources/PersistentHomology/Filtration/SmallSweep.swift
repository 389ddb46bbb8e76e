import Hardware
import RankKernels

/// Looks at the lunes of the edges of few vertices in the order of their ranks, each beside the sets of neighbours by
/// the edges before it: a vertex of each, and the components of those that are not connected.
///
/// Sendable: used by the calling thread of a computation only.
final class SmallSweep: @unchecked Sendable {
    static let mostVertices = 256
    static let nobody = UInt16.max

    private let edges: any PackedEdges
    private let sets: NeighbourSets
    /// By rank the least vertex of the lune, `nobody` where it is empty.
    @exclusivity(unchecked) private(set) var guides: GrowingList<UInt16>
    /// How many are `nobody`.
    @exclusivity(unchecked) private(set) var emptyCount = 0
    /// By rank the components of lunes that are not connected, but for that of the least vertex.
    @exclusivity(unchecked) private(set) var parts: GrowingList<LunePart>

    /// For each vertex those that the edges up to now join it to, and itself.
    private enum NeighbourSets {
        case ofTwoWords(Storage<Twice<UInt64>>)
        case ofFourWords(Storage<Twice<Twice<UInt64>>>)
    }

    /// - Parameter edges: of at most `mostVertices` vertices.
    init(over edges: any PackedEdges, memory: MemoryAccount) throws(HomologyError) {
        self.edges = edges
        sets =
            edges.vertexCount <= 128
            ? .ofTwoWords(try Self.singles(edges.vertexCount, memory))
            : .ofFourWords(try Self.singles(edges.vertexCount, memory))
        guides = GrowingList(memory: memory)
        parts = GrowingList(memory: memory)
    }

    private static func singles<Vertices: SmallSet>(
        _ count: Int, _ memory: MemoryAccount
    ) throws(HomologyError) -> Storage<Vertices> {
        let sets = try Storage<Vertices>(repeating: Vertices(), count: count, memory: memory)
        for v in 0..<count { sets.base[v].toggle(UInt32(v)) }
        return sets
    }

    /// Takes the sweep on over all edges that have a rank.
    func advance() throws(HomologyError) {
        switch sets {
        case .ofTwoWords(let near): try advance(near.base)
        case .ofFourWords(let near): try advance(near.base)
        }
    }

    /// Edges longer than all before: their packed ends below their keys, as far as no vertex is nearer to both ends by
    /// its keys. One of which some vertex is joined to both ends is not looked at.
    func edgesApart(in rows: RankMatrix, memory: MemoryAccount) throws(HomologyError) -> GrowingList<UInt64> {
        switch sets {
        case .ofTwoWords(let near): try edgesApart(near, in: rows, memory)
        case .ofFourWords(let near): try edgesApart(near, in: rows, memory)
        }
    }

    private func advance<Vertices: SmallSet>(
        _ near: UnsafeMutablePointer<Vertices>
    ) throws(HomologyError) {
        let (ends, next, end) = (edges.packedEnds, guides.count, edges.edgeCount)
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
                guides[rank] = UInt16(truncatingIfNeeded: first)
                let reached = lune.intersection(near[Int(first)])
                let rest = lune.subtracting(reached)
                if !rest.isEmpty { try split(lune, reached, rest, UInt32(truncatingIfNeeded: rank), near) }
            }
            Self.toggle(b, at: near + Int(a))
            Self.toggle(a, at: near + Int(b))
        }
        self.guides.setCount(max(end, next))
    }

    /// As the set's own, by its words in memory, without a branch.
    @inline(__always)
    private static func toggle<Vertices: SmallSet>(_ v: UInt32, at set: UnsafeMutablePointer<Vertices>) {
        let words = UnsafeMutableRawPointer(set).assumingMemoryBound(to: UInt64.self)
        words[Int(v &>> 6)] ^= 1 &<< UInt64(v & 63)
    }

    /// Finds the components of a lune, of whose vertices `rest` are not known to be connected to the least.
    private func split<Vertices: SmallSet>(
        _ lune: Vertices, _ reached: Vertices, _ rest: Vertices, _ rank: UInt32,
        _ near: UnsafeMutablePointer<Vertices>
    ) throws(HomologyError) {
        var (reached, rest) = (reached, rest)
        // From the side of those not reached: each joins what is reached, or grows a component of its own.
        while !rest.isEmpty {
            let least = rest.first
            var grown = lune.intersection(near[Int(least)])
            var pending = grown
            pending.toggle(least)
            while !pending.isEmpty, grown.intersection(reached).isEmpty {
                let v = pending.first
                let more = lune.intersection(near[Int(v)])
                pending.formUnion(more.subtracting(grown))
                pending.toggle(v)
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

    private func edgesApart<Vertices: SmallSet>(
        _ sets: Storage<Vertices>, in rows: RankMatrix, _ memory: MemoryAccount
    ) throws(HomologyError) -> GrowingList<UInt64> {
        let (near, count, ends) = (sets.base, sets.count, edges.packedEnds)
        let met = try Storage<Vertices>(count: count, memory: memory)
        met.base.update(from: near, count: count)
        for rank in 0..<guides.count {
            let (a, b) = (Int(ends[rank] &>> 16), Int(ends[rank] & 0xffff))
            met.base[a].formUnion(near[b])
            met.base[b].formUnion(near[a])
        }
        let kernels = KernelTable().functions
        var found = GrowingList<UInt64>(memory: memory)
        var before = Vertices()
        for v in 0..<UInt32(count) {
            let row = rows.row(v)
            var others = before.subtracting(met.base[Int(v)])
            before.toggle(v)
            while !others.isEmpty {
                let u = others.first
                others.toggle(u)
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
