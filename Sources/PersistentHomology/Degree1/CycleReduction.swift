import Hardware
import Synchronization
import Vocabulary

/// Dimension 1 by homology: the cycles that die, in the order of the edges that fill them.
///
/// A bar can end only at an edge ab whose lune is not connected: its components 0, 1, …, c − 1 give
/// triangles abwᵢ, and each i > 0 fills the cycle a–w₀–b–wᵢ–a; further triangles of a component fill
/// nothing new. So no list of triangles is made. Cycles are pushed down to critical edges and reduced
/// there (`CycleReducer`); once every critical edge has met its end, longer edges cannot matter.
struct CycleReduction<Graph: RankedGraph, Entry: ColumnEntry> where Entry.Key == UInt64 {
    let graph: Graph
    let field: PrimeField
    let context: ComputeContext
    let scratch: WorkerScratch<Graph.Scanner>
    /// The edge pass, where a higher dimension needed it.
    let blocks: Blocks?

    struct Outcome {
        /// The reduced cycles.
        let table: PivotTable<Entry>
        var pairs: [PersistencePair] = []
        /// The triangles that end bars: columns that dimension 2 need not reduce.
        var deaths: [DeathTriangle] = []
    }

    func reduce(
        _ critical: inout CriticalEdges<Graph>, progress: ClosedRange<Double>
    ) throws(HomologyError) -> Outcome {
        Entry.isBinary
            ? try reduce(&critical, progress: progress, by: EdgeSet<Entry>.self)
            : try reduce(&critical, progress: progress, by: Chain<Entry>.self)
    }

    private func reduce<Edges: EdgeChain & ~Copyable>(
        _ critical: inout CriticalEdges<Graph>, progress: ClosedRange<Double>, by _: Edges.Type
    ) throws(HomologyError) -> Outcome where Edges.Entry == Entry {
        let table = try PivotTable<Entry>(capacity: critical.count, memory: context.memory)
        let reducers = InPlaceArray(count: context.team.size) { worker in
            CycleReducer<Graph, Edges>(
                graph: graph, critical: critical, field: field, table: table,
                scanner: scratch.scanners[worker], blocks: blocks, context: context)
        }
        let alive = Atomic<Int>(critical.count)
        // Windows of edges come in ascending order: when every birth has a death among those handed
        // out, later edges can only give cycles that bound already. They grow, so that little is done
        // beyond that point and yet there is enough in each for locality.
        let windows = graph.makeLuneWindows(context)
        var start = 0
        while alive.load(ordering: .relaxed) > 0 {
            if start == graph.edgeCount {
                // Most cycles are filled by edges not much longer than the last that gives birth.
                guard try graph.rankMore(upTo: 1.25 * critical.longest) else { break }
                critical.enterRanked()
            }
            let size = min(max(start / 8, Graph.LuneWindows.smallest), 1 << 17)
            let end = min(start + size, graph.edgeCount)
            let window = try windows.unconnectedLunes(in: start..<end, blocks: blocks)
            // A cycle may take long, and a window of few of them is to be shared too.
            let chunk = context.team.size == 1 ? 64 : max(4, min(64, window.count / (8 * context.team.size)))
            try context.forEachChunk(of: window.count, size: chunk) { worker, range throws(HomologyError) in
                var components = LuneComponents()
                for index in range {
                    let rank = window.base[index]
                    try scratch.scanners[worker].components(
                        of: rank, startingAt: blocks?.pivot(of: rank), into: &components)
                    guard let first = components.first else { continue }
                    for other in components.others {
                        let death = DeathTriangle(rank: rank, vertex: other)
                        if try reducers[worker].pointee.reduce(death, around: first) {
                            alive.subtract(1, ordering: .relaxed)
                        }
                    }
                }
            }
            start = end
            context.progress.advance(by: Double(end) / Double(graph.totalEdgeCount), of: progress)
        }
        return outcome(table, critical)
    }

    private func outcome(_ table: PivotTable<Entry>, _ critical: CriticalEdges<Graph>) -> Outcome {
        var outcome = Outcome(table: table)
        outcome.deaths.reserveCapacity(critical.count)
        outcome.pairs.reserveCapacity(critical.count)
        table.forEach { column in
            let (birth, death) = (EdgeKey.rank(column.pivot.key), DeathTriangle(key: column.column))
            outcome.deaths.append(death)
            let (start, end) = (graph.length(of: birth), graph.length(of: death.rank))
            if start < end { outcome.pairs.append(PersistencePair(dimension: 1, birth: start, death: end)) }
        }
        critical.forEach { birth in
            if table.column(withPivot: EdgeKey.key(birth)) != nil { return }
            outcome.pairs.append(
                PersistencePair(dimension: 1, birth: graph.length(of: birth), death: .infinity))
        }
        return outcome
    }
}

/// A triangle that may end a bar of dimension 1: its longest edge, and the smallest vertex of the
/// lune's component that it stands for. Ordered by rank first.
struct DeathTriangle {
    let rank: UInt32
    let vertex: UInt32

    init(rank: UInt32, vertex: UInt32) {
        self.rank = rank
        self.vertex = vertex
    }

    init(key: UInt64) {
        rank = UInt32(truncatingIfNeeded: key >> 32)
        vertex = UInt32(truncatingIfNeeded: key)
    }

    var key: UInt64 { UInt64(rank) << 32 | UInt64(vertex) }
}

/// Edges as keys in a chain, the longest first.
enum EdgeKey {
    @inline(__always)
    static func key(_ rank: UInt32) -> UInt64 { UInt64(~rank) }
    @inline(__always)
    static func rank(_ key: UInt64) -> UInt32 { ~UInt32(truncatingIfNeeded: key) }
}
