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
    let context: ComputeContext

    func run<Entry: ColumnEntry>(
        _: Entry.Type, clock startedClock: PhaseClock
    ) throws(HomologyError) -> ComputeResult {
        var clock = startedClock
        context.progress.enter("dimension 0", at: 0.1)
        let forest = try SpanningForest(
            of: graph, births: births, representatives: options.representatives, context: context)
        var bars = forest.bars
        clock.end("dimension 0")
        if dimension >= 1, graph.edgeCount > 0 {
            try higherDimensions(Entry.self, forest: forest, bars: &bars, clock: &clock)
        }
        context.progress.enter("done", at: 1)
        return result(bars, clock: clock)
    }

    private func higherDimensions<Entry: ColumnEntry>(
        _: Entry.Type, forest: SpanningForest, bars: inout Bars, clock: inout PhaseClock
    ) throws(HomologyError) {
        let scratch = try WorkerScratch(of: graph, context: context)
        // Dimension 1 alone asks for lunes as it goes and stops early.
        var blocks: Blocks?
        if dimension >= 2 {
            context.progress.enter("blocks", at: 0.15)
            blocks = try Blocks(of: graph, scratch: scratch, context: context, progress: 0.15...0.4)
            clock.end(blocks?.areFromDevice == true ? "blocks on opencl" : "blocks")
        }
        context.progress.enter("dimension 1", at: progressRange(of: 1).lowerBound)
        let critical = try CriticalEdges(
            of: graph, forest: forest, blocks: blocks, scratch: scratch, context: context)
        clock.end("critical edges")

        let codec = SimplexCodec<Entry.Key>(vertexCount: graph.vertexCount)
        let field = PrimeField(options.field)
        let outcome = try CycleReduction<Graph, Entry.EdgeEntry>(
            graph: graph, forest: forest, critical: critical, field: field, context: context,
            scratch: scratch, blocks: blocks
        ).reduce(progress: progressRange(of: 1))
        if options.representatives {
            let values = try CriticalValues(
                critical, reduced: outcome.table, field: field, memory: context.memory)
            try EdgeCocycles<Graph, Entry.Lanes>(graph: graph, values: values, field: field, context: context)
                .add(to: &bars, forest: forest, critical: critical, blocks: blocks, scratch: scratch)
        } else {
            bars.append(contentsOf: outcome.pairs)
        }
        var cleared = try KeySet(
            outcome.deaths.map { codec.triangle(rank: $0.rank, vertex: $0.vertex) }, context)
        clock.end("dimension 1")
        guard let blocks else { return }
        for k in 2...max(dimension, 2) where k <= dimension {
            context.progress.enter("dimension \(k)", at: progressRange(of: k).lowerBound)
            let stage = CohomologyDimension<Graph, Entry>(
                graph: graph, blocks: blocks, codec: codec, field: field, dimension: k, context: context,
                scratch: scratch, representatives: options.representatives)
            let columns = try stage.columns(clearing: cleared)
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
        statistics.edgeCount = graph.edgeCount
        statistics.threadCount = context.team.size
        statistics.computeSeconds = clock.totalSeconds
        statistics.peakMemory = context.memory.peak
        statistics.threshold = threshold
        statistics.phases = clock.phases
        return ComputeResult(
            barcode: bars.barcode(maxDimension: options.maxDimension), statistics: statistics)
    }
}
