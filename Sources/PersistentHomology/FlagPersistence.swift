import Hardware
import Vocabulary

/// The whole story for a ranked graph: degree 0, the blocks, then dimension after dimension.
struct FlagPersistence<Graph: RankedGraph> {
    let graph: Graph
    let births: Scalars?
    let threshold: Double
    /// The highest dimension that can have bars, at most the one asked for.
    let dimension: Int
    let options: VietorisRipsOptions
    /// To the dimensions from 2 on; nil to choose. Representatives are cocycles in any case.
    let way: HigherDimensionsWay?
    /// Where columns are counted; nil where nobody asks.
    let effort: ReductionEffort?
    let context: ComputeContext

    func run<Entry: ColumnEntry>(
        _: Entry.Type, clock startedClock: PhaseClock
    ) throws(HomologyError) -> ComputeResult {
        var clock = startedClock
        let scratch = try WorkerScratch(of: graph, context: context)
        let blocks = try makeBlocks(scratch, clock: &clock)

        context.progress.enter("dimension 0", at: blocks == nil ? 0.15 : 0.4)
        let edges = try graph.emptyLunes(forForestOnly: dimension == 0, blocks: blocks, scratch: scratch)
        clock.end("empty lunes")
        let forest = try SpanningForest(
            of: graph, edges: edges, births: births, representatives: options.representatives,
            context: context)
        var bars = forest.bars
        clock.end("dimension 0")
        if dimension >= 1, graph.totalEdgeCount > 0 {
            var critical = try CriticalEdges(of: graph, edges: edges, forest: forest, memory: context.memory)
            try higherDimensions(
                Entry.self, critical: &critical, blocks: blocks, scratch: scratch, bars: &bars, clock: &clock)
        }
        context.progress.enter("done", at: 1)
        return result(bars, clock: clock)
    }

    /// The shapes of all blocks, where dimensions above 1 need them. Dimension 1 alone asks for lunes as
    /// it goes and stops early, but for a graph that has nothing quicker to tell which are connected.
    private func makeBlocks(
        _ scratch: WorkerScratch<Graph.Scanner>, clock: inout PhaseClock
    ) throws(HomologyError) -> Blocks? {
        guard dimension >= 2 || dimension == 1 && graph.findsBlocksSooner else { return nil }
        while try graph.rankMore(upTo: .infinity) {}
        clock.end("ranks")
        context.progress.enter("blocks", at: 0.15)
        var context = context
        // Cocycles go by the pivot vertices, which a device may choose in another way.
        if options.representatives { context.device = nil }
        let blocks = try Blocks(of: graph, scratch: scratch, context: context, progress: 0.15...0.4)
        clock.end(blocks.areFromDevice ? "blocks on opencl" : "blocks")
        return blocks
    }

    private func higherDimensions<Entry: ColumnEntry>(
        _: Entry.Type, critical: inout CriticalEdges<Graph>, blocks: Blocks?,
        scratch: WorkerScratch<Graph.Scanner>, bars: inout Bars, clock: inout PhaseClock
    ) throws(HomologyError) {
        context.progress.enter("dimension 1", at: progressRange(of: 1).lowerBound)
        if dimension == 1, options.field == .z2, !options.representatives,
            let pairs = try graph.smallBars(&critical)
        {
            bars.append(contentsOf: pairs)
            return clock.end("dimension 1")
        }
        let codec = SimplexCodec<Entry.Key>(vertexCount: graph.vertexCount)
        let field = PrimeField(options.field)
        let outcome = try CycleReduction<Graph, Entry.EdgeEntry>(
            graph: graph, field: field, context: context, scratch: scratch, blocks: blocks
        ).reduce(&critical, progress: progressRange(of: 1))
        if options.representatives {
            let values = try CriticalValues(
                critical, reduced: outcome.table, field: field, memory: context.memory)
            try EdgeCocycles<Graph, Entry.Lanes>(graph: graph, values: values, field: field, context: context)
                .add(to: &bars, critical: critical, blocks: blocks, scratch: scratch)
        } else {
            bars.append(contentsOf: outcome.pairs)
        }
        clock.end("dimension 1")
        guard dimension >= 2, let blocks else { return }
        if !options.representatives, way != .cohomology {
            context.progress.enter("dimension 2", at: progressRange(of: 2).lowerBound)
            let pairs = try BlockHomology<Graph, Entry>(
                graph: graph, blocks: blocks, codec: codec, field: field, dimension: dimension,
                isChosen: way != nil, context: context, scratch: scratch
            ).bars(deaths: outcome.deaths.map(\.rank), progress: progressRange)
            clock.end("block homology")
            if let pairs { return bars.append(contentsOf: pairs) }
        }
        var cleared = try KeySet(
            outcome.deaths.map { codec.triangle(rank: $0.rank, vertex: $0.vertex) }, context)
        let barren = try BarrenBlocks(edgeCount: graph.edgeCount, memory: context.memory)
        for k in 2...max(dimension, 2) where k <= dimension {
            context.progress.enter("dimension \(k)", at: progressRange(of: k).lowerBound)
            let stage = CohomologyDimension<Graph, Entry>(
                graph: graph, blocks: blocks, barren: barren, codec: codec, field: field, dimension: k,
                highest: dimension, context: context, scratch: scratch,
                representatives: options.representatives, effort: effort)
            guard let columns = try stage.columns(clearing: cleared) else { break }
            cleared = try stage.reduce(columns, bars: &bars, progress: progressRange(of: k))
            clock.end("dimension \(k)")
        }
    }

    /// Later dimensions take longer: each gets twice the share of the one before.
    private func progressRange(of k: Int) -> ClosedRange<Double> {
        let parts = Double((1 << min(dimension, 30)) - 1)
        let (start, end) = (Double((1 << min(k - 1, 30)) - 1) / parts, Double((1 << min(k, 30)) - 1) / parts)
        return (0.4 + 0.6 * start)...(0.4 + 0.6 * end)
    }

    private func result(_ bars: Bars, clock: PhaseClock) -> ComputeResult {
        var statistics = ComputeStatistics()
        statistics.pointCount = graph.vertexCount
        statistics.edgeCount = graph.totalEdgeCount
        statistics.threadCount = context.team.size
        statistics.computeSeconds = clock.totalSeconds
        statistics.peakMemory = context.memory.peak
        statistics.threshold = threshold
        statistics.phases = clock.phases
        return ComputeResult(
            barcode: bars.barcode(maxDimension: options.maxDimension), statistics: statistics)
    }
}
