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
        var pairs = forest.pairs
        var cocycles = forest.representatives
        clock.end("dimension 0")

        if dimension >= 1, graph.edgeCount > 0 {
            context.progress.enter("blocks", at: 0.15)
            let scratch = try makeScratch()
            let blocks = try Blocks(
                of: graph, scanners: scratch.scanners, lunes: scratch.lunes, context: context,
                progress: 0.15...0.4)
            clock.end("blocks")
            var below: CohomologyDimension<Graph, Entry>.Outcome?
            for k in 1...dimension {
                let range = progressRange(of: k)
                context.progress.enter("dimension \(k)", at: range.lowerBound)
                let outcome = try CohomologyDimension<Graph, Entry>(
                    graph: graph, blocks: blocks, codec: SimplexCodec(vertexCount: graph.vertexCount),
                    field: PrimeField(options.field), dimension: k, context: context, scratch: scratch,
                    representatives: options.representatives
                ).reduce(forest: forest, cleared: below?.table, progress: range)
                pairs += outcome.bars.map(\.pair)
                cocycles += outcome.bars.compactMap(\.cocycle)
                below = outcome
                clock.end("dimension \(k)")
            }
        }
        context.progress.enter("done", at: 1)
        return result(pairs, cocycles, clock: clock)
    }

    private func makeScratch() throws(HomologyError) -> WorkerScratch<Graph.Scanner> {
        var scanners: [Graph.Scanner] = []
        var lunes: [LuneGraph] = []
        for _ in 0..<context.team.size {
            scanners.append(try graph.makeScanner())
            lunes.append(LuneGraph(memory: context.memory))
        }
        return WorkerScratch(scanners: scanners, lunes: lunes)
    }

    /// Later dimensions take longer: each gets twice the share of the one before.
    private func progressRange(of k: Int) -> ClosedRange<Double> {
        let parts = Double((1 << min(dimension, 30)) - 1)
        let (start, end) = (Double((1 << min(k - 1, 30)) - 1) / parts, Double((1 << min(k, 30)) - 1) / parts)
        return (0.4 + 0.6 * start)...(0.4 + 0.6 * end)
    }

    private func result(
        _ pairs: [PersistencePair], _ cocycles: [RepresentativeCocycle], clock: PhaseClock
    ) -> ComputeResult {
        var statistics = ComputeStatistics()
        statistics.pointCount = graph.vertexCount
        statistics.edgeCount = graph.edgeCount
        statistics.threadCount = context.team.size
        statistics.computeSeconds = clock.totalSeconds
        statistics.peakMemory = context.memory.peak
        statistics.threshold = threshold
        statistics.phases = clock.phases
        return ComputeResult(
            barcode: Barcode(maxDimension: options.maxDimension, pairs: pairs, representatives: cocycles),
            statistics: statistics)
    }
}
