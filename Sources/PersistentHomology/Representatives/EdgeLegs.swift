import Hardware

/// For every edge that closes a triangle when it comes, one such triangle: its two other edges, the
/// legs. A cocycle's value at the edge is the sum or the difference of those at the legs.
///
/// Sendable: written while it is built, only read afterwards.
struct EdgeLegs: @unchecked Sendable {
    struct Legs {
        let first: UInt32
        let second: UInt32
        /// Whether the value is that of the first minus that of the second, not their sum.
        let isDifference: Bool
    }

    /// By rank: the first leg, a bit for a difference, the second leg in 31 bits.
    private let packed: Storage<UInt64>
    /// Edges that close no triangle: those of the forest and the critical ones.
    private static let free = UInt64.max
    private static let differenceFlag: UInt64 = 1 << 31

    /// - Parameters:
    ///   - limit: edges of this rank and beyond are left out.
    ///   - blocks: what is already known of the lunes, if anything is.
    init<Graph: RankedGraph>(
        of graph: Graph, below limit: Int, critical: CriticalEdges<Graph>, blocks: Blocks?,
        scratch: WorkerScratch<Graph.Scanner>, context: ComputeContext
    ) throws(HomologyError) {
        guard limit <= Int(Self.differenceFlag) else {
            throw .unsupported(
                "representatives of bars among \(limit) edges; up to \(Self.differenceFlag) are supported, "
                    + "lower the threshold")
        }
        let packed = try Storage<UInt64>(count: limit, memory: context.memory)
        self.packed = packed
        try context.forEachChunk(of: graph.edgeGroupCount, size: 1) { worker, groups throws(HomologyError) in
            let scanner = scratch.scanners[worker]
            for group in groups {
                try graph.forEachEdge(inGroup: group) { rank in
                    guard Int(rank) < limit else { return }
                    packed.base[Int(rank)] =
                        critical.isInForest(rank) || critical.contains(rank)
                        ? Self.free : Self.legs(of: rank, graph, blocks, scanner)
                }
            }
        }
    }

    private static func legs<Graph: RankedGraph>(
        of rank: UInt32, _ graph: Graph, _ blocks: Blocks?, _ scanner: Graph.Scanner
    ) -> UInt64 {
        guard let w = blocks?.pivot(of: rank) ?? scanner.nearestLuneVertex(of: rank) else { return free }
        // With x > y > z a cocycle has the value [xz] = [xy] + [yz].
        let (u, v) = graph.ends(of: rank)
        let (first, second, flag) =
            if w > u {
                (scanner.rank(w, v), scanner.rank(w, u), differenceFlag)
            } else if w > v {
                (scanner.rank(u, w), scanner.rank(w, v), UInt64(0))
            } else {
                (scanner.rank(u, w), scanner.rank(v, w), differenceFlag)
            }
        return UInt64(first) << 32 | flag | UInt64(second)
    }

    /// The legs of the edge of rank `rank`; nil where it closes no triangle.
    @inline(__always)
    subscript(rank: Int) -> Legs? {
        let packed = packed.base[rank]
        if packed == Self.free { return nil }
        return Legs(
            first: UInt32(truncatingIfNeeded: packed &>> 32),
            second: UInt32(truncatingIfNeeded: packed & (Self.differenceFlag &- 1)),
            isDifference: packed & Self.differenceFlag != 0)
    }
}
