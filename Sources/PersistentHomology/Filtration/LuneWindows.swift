import Hardware

extension DenseGraph {
    func findBlocks(
        into codes: Storage<UInt32>, scratch: WorkerScratch<DenseScanner>,
        context: ComputeContext, progress: @Sendable (Double) -> Void
    ) throws(HomologyError) {
        try EdgeSweep(over: self, findsBlocks: true, context: context)
            .findBlocks(into: codes, progress: progress)
    }

    func makeLuneWindows(_ context: ComputeContext) -> DenseLuneWindows {
        DenseLuneWindows(
            sweep: EdgeSweep(over: self, findsBlocks: false, context: context), context: context)
    }
}

struct DenseLuneWindows: LuneWindows {
    let sweep: EdgeSweep
    let context: ComputeContext

    static let smallest = 1 << 9

    func unconnectedLunes(in window: Range<Int>, blocks: Blocks?) throws(HomologyError) -> Storage<UInt32> {
        guard let blocks else { return try sweep.unconnectedLunes(in: window) }
        return try context.members(of: window) { blocks.mayBeUnconnected(UInt32(truncatingIfNeeded: $0)) }
    }
}

extension AdjacencyGraph {
    func makeLuneWindows(_ context: ComputeContext) -> AdjacencyLuneWindows {
        AdjacencyLuneWindows(
            graph: self, sweep: index.map { EdgeSweep(over: $0, findsBlocks: false, context: context) },
            context: context)
    }
}

/// All edges that no pass saw to be out of question; group by group for the cache's sake.
struct AdjacencyLuneWindows: LuneWindows {
    let graph: AdjacencyGraph
    /// Nil where the graph is too sparse for it.
    let sweep: EdgeSweep?
    let context: ComputeContext

    static let smallest = 1 << 12

    func unconnectedLunes(in window: Range<Int>, blocks: Blocks?) throws(HomologyError) -> Storage<UInt32> {
        if blocks == nil, let sweep { return try sweep.unconnectedLunes(in: window) }
        let open = try blocks.map { blocks throws(HomologyError) in
            try context.members(of: window) { blocks.mayBeUnconnected(UInt32(truncatingIfNeeded: $0)) }
        }
        let edges = try Storage<UInt64>(count: open?.count ?? window.count, memory: context.memory)
        try context.forEachChunk(of: edges.count, size: 1 << 13) { _, range in
            for index in range {
                let rank = open?.base[index] ?? UInt32(truncatingIfNeeded: window.lowerBound &+ index)
                edges.base[index] = UInt64(graph.edgeGroup(of: rank)) << 32 | UInt64(rank)
            }
        }
        return try ranks(of: try byGroup(edges))
    }

    private func byGroup(_ edges: consuming Storage<UInt64>) throws(HomologyError) -> Storage<UInt64> {
        if edges.count <= Self.smallest { return edges }
        let bits = Int.bitWidth - graph.edgeGroupCount.leadingZeroBitCount
        return try EdgeSort.sort(edges, by: 32..<32 + bits, context: context)
    }

    private func ranks(of edges: Storage<UInt64>) throws(HomologyError) -> Storage<UInt32> {
        let ranks = try Storage<UInt32>(count: edges.count, memory: context.memory)
        try context.forEachChunk(of: edges.count, size: 1 << 14) { _, range in
            for index in range { ranks.base[index] = UInt32(truncatingIfNeeded: edges.base[index]) }
        }
        return ranks
    }
}
