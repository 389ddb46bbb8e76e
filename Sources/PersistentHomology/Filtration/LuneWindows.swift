import Hardware

extension DenseGraph {
    func findBlocks(
        into codes: Storage<UInt32>, scratch: WorkerScratch<DenseScanner>,
        context: ComputeContext, progress: @Sendable (Double) -> Void
    ) throws(HomologyError) {
        try EdgeSweep(over: self, findsBlocks: true, context: context)
            .findBlocks(into: codes, progress: progress)
    }

    func makeLuneWindows(after edges: DenseEdges, _ context: ComputeContext) -> DenseLuneWindows {
        if let small = edges.sweep { return .small(small) }
        return .large(EdgeSweep(over: self, findsBlocks: false, context: context), context)
    }
}

enum DenseLuneWindows: LuneWindows {
    case small(SmallSweep)
    case large(EdgeSweep, ComputeContext)

    static let smallest = 1 << 9

    func forEachUnconnectedLune<Scanner: RankScanner>(
        in window: Range<Int>, blocks: Blocks?, scratch: WorkerScratch<Scanner>,
        _ body: @Sendable (Int, UInt32, LuneComponents) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        switch self {
        case .small(let sweep):
            try sweep.forEachUnconnectedLune(before: window.upperBound) {
                rank, components throws(HomologyError) in
                try body(0, rank, components)
            }
        case .large(let sweep, let context):
            let ranks =
                if let blocks {
                    try context.members(of: window) {
                        blocks.mayBeUnconnected(UInt32(truncatingIfNeeded: $0))
                    }
                } else {
                    try sweep.unconnectedLunes(in: window)
                }
            try scratch.forEachLune(of: ranks, blocks, context, body)
        }
    }
}

extension WorkerScratch {
    /// Calls `body` with the components of the lunes of the edges `ranks`, on the workers of the team.
    fileprivate func forEachLune(
        of ranks: Storage<UInt32>, _ blocks: Blocks?, _ context: ComputeContext,
        _ body: @Sendable (Int, UInt32, LuneComponents) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        // What is done with one may take long, and a window of few of them is to be shared too.
        let chunk = context.team.size == 1 ? 64 : max(4, min(64, ranks.count / (8 * context.team.size)))
        try context.forEachChunk(of: ranks.count, size: chunk) { worker, range throws(HomologyError) in
            var components = LuneComponents()
            for index in range {
                let rank = ranks.base[index]
                try scanners[worker].components(
                    of: rank, startingAt: blocks?.pivot(of: rank), into: &components)
                try body(worker, rank, components)
            }
        }
    }
}

extension AdjacencyGraph {
    func makeLuneWindows(after _: RankedEdges, _ context: ComputeContext) -> AdjacencyLuneWindows {
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

    func forEachUnconnectedLune<Scanner: RankScanner>(
        in window: Range<Int>, blocks: Blocks?, scratch: WorkerScratch<Scanner>,
        _ body: @Sendable (Int, UInt32, LuneComponents) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        let ranks = try mayBeUnconnected(in: window, blocks)
        try scratch.forEachLune(of: ranks, blocks, context, body)
    }

    private func mayBeUnconnected(
        in window: Range<Int>, _ blocks: Blocks?
    ) throws(HomologyError) -> Storage<UInt32> {
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
