import Hardware
import Vocabulary

/// The persistent cohomology of one dimension: finds the columns, reduces them side by side, reads
/// the bars off the pivots.
struct CohomologyDimension<Graph: RankedGraph, Entry: ColumnEntry> {
    let graph: Graph
    let blocks: Blocks
    let codec: SimplexCodec<Entry.Key>
    let field: PrimeField
    let dimension: Int
    let context: ComputeContext
    let scratch: WorkerScratch<Graph.Scanner>
    let representatives: Bool

    struct Outcome {
        /// Death simplices: the columns of the next dimension that are cleared.
        let table: PivotTable<Entry>
        var bars: [Bar] = []
        /// Own the columns that the table points to.
        let arenas: [ColumnReducer<Graph, Entry>]
    }

    struct Bar {
        let pair: PersistencePair
        let cocycle: RepresentativeCocycle?
    }

    /// - Parameters:
    ///   - forest: the edges that end bars of dimension 0.
    ///   - cleared: the outcome of the dimension below; nil for dimension 1.
    func reduce(
        forest: SpanningForest, cleared: PivotTable<Entry>?, progress: ClosedRange<Double>
    ) throws(HomologyError) -> Outcome {
        let columns =
            try dimension == 1 ? criticalEdges(outside: forest) : columnsOfOpenBlocks(cleared: cleared)
        let table = try PivotTable<Entry>(capacity: columns.count, memory: context.memory)
        let setting = ReductionSetting(
            graph: graph, blocks: blocks, codec: codec, field: field, dimension: dimension, table: table,
            context: context)
        let reducers = ReducerTeam(
            reducers: scratch.scanners.map {
                ColumnReducer(setting, scanner: $0, keepsTerms: representatives)
            })
        let total = Double(max(columns.count, 1))
        // With representatives the cochains must not depend on who was first: one worker.
        let context = representatives ? context.onCallingThread : context
        try context.forEachChunk(of: columns.count, size: 16) { worker, range throws(HomologyError) in
            for index in range { try reducers.reducers[worker].reduce(columns.base[index]) }
            context.progress.advance(
                to: progress.lowerBound
                    + Double(range.upperBound) / total * (progress.upperBound - progress.lowerBound))
        }
        return Outcome(table: table, bars: bars(table, reducers.reducers), arenas: reducers.reducers)
    }

    /// The edges with an empty lune that are not in the forest, in decreasing order.
    private func criticalEdges(outside forest: SpanningForest) throws(HomologyError) -> Storage<Entry.Key> {
        var edges = GrowingList<Entry.Key>(memory: context.memory)
        for rank in stride(from: graph.edgeCount - 1, through: 0, by: -1) {
            let rank = UInt32(truncatingIfNeeded: rank)
            if blocks.isCritical(rank), !forest.contains(rank) { try edges.append(Entry.Key(rank)) }
        }
        let columns = try Storage<Entry.Key>(count: edges.count, memory: context.memory)
        columns.base.update(from: edges.base, count: edges.count)
        return columns
    }

    /// The simplices of open blocks that are neither apparent nor cleared, in decreasing order.
    private func columnsOfOpenBlocks(cleared: PivotTable<Entry>?) throws(HomologyError) -> Storage<Entry.Key> {
        let chunk = 1024
        let edgeCount = graph.edgeCount
        let chunkCount = (edgeCount + chunk - 1) / chunk
        let found = KeyLists<Entry.Key>(count: chunkCount, memory: context.memory)
        try context.forEachChunk(of: edgeCount, size: chunk) { worker, range throws(HomologyError) in
            let (scanner, lune) = scratch[worker]
            var keys = GrowingList<Entry.Key>(memory: context.memory)
            for index in range {
                let rank = UInt32(truncatingIfNeeded: edgeCount - 1 - index)
                guard blocks.isOpen(rank) else { continue }
                try scanner.lune(of: rank, into: lune)
                var enumeration = ColumnEnumeration(
                    of: rank, lune: lune, pivotVertex: blocks.pivot(of: rank), dimension: dimension, codec: codec)
                try enumeration.list(into: &keys)
                try context.checkStop()
            }
            if let cleared {
                var kept = 0
                for index in 0..<keys.count where cleared.column(withPivot: keys[index]) == nil {
                    keys[kept] = keys[index]
                    kept += 1
                }
                keys.setCount(kept)
            }
            try found.set(range.lowerBound / chunk, keys)
        }
        return try found.joined()
    }

    private func bars(
        _ table: PivotTable<Entry>, _ reducers: [ColumnReducer<Graph, Entry>]
    ) -> [Bar] {
        var bars: [Bar] = []
        table.forEach { column in
            let birthRank = codec.rank(column.column, dimension: dimension)
            let deathRank = codec.rank(column.pivot.key, dimension: dimension + 1)
            if birthRank == deathRank { return }
            let (birth, death) = (graph.length(of: birthRank), graph.length(of: deathRank))
            if birth == death { return }
            let terms = UnsafeBufferPointer(start: column.terms, count: column.termCount)
            bars.append(
                Bar(
                    pair: PersistencePair(dimension: dimension, birth: birth, death: death),
                    cocycle: representatives ? cocycle(column.column, Array(terms), before: deathRank) : nil))
        }
        for column in reducers.flatMap(\.essential) {
            let birth = graph.length(of: codec.rank(column.column, dimension: dimension))
            bars.append(
                Bar(
                    pair: PersistencePair(dimension: dimension, birth: birth, death: .infinity),
                    cocycle: representatives ? cocycle(column.column, column.terms, before: none) : nil))
        }
        return bars
    }

    /// The reduced column's cochain on the complex just before the bar ends.
    private func cocycle(_ column: Entry.Key, _ terms: [Entry], before death: UInt32) -> RepresentativeCocycle {
        var vertices: [Int32] = []
        var coefficients: [UInt16] = []
        let simplex = Simplex()
        for term in [Entry(column, 1)] + terms {
            let rank = codec.rank(term.key, dimension: dimension)
            if rank >= death { continue }
            simplex.decode(
                term.key, dimension: dimension, codec: codec, rank: rank, ends: graph.ends(of: rank),
                pivot: blocks.pivot(of: rank))
            vertices += simplex.allVertices.map { Int32(bitPattern: $0) }
            coefficients.append(UInt16(term.coefficient))
        }
        return RepresentativeCocycle(vertices: vertices, coefficients: coefficients)
    }
}

/// The reducers of a dimension, each used by its own worker only; Sendable for that reason.
private struct ReducerTeam<Graph: RankedGraph, Entry: ColumnEntry>: @unchecked Sendable {
    let reducers: [ColumnReducer<Graph, Entry>]
}

/// Lists that workers leave for each chunk, joined in order afterwards.
///
/// Sendable: every place is written by one worker, and read when all are done.
private final class KeyLists<Key: SimplexKey>: @unchecked Sendable {
    private let lists: UnsafeMutableBufferPointer<Storage<Key>?>
    private let memory: MemoryAccount

    init(count: Int, memory: MemoryAccount) {
        lists = .allocate(capacity: count)
        lists.initialize(repeating: nil)
        self.memory = memory
    }

    deinit {
        lists.deinitialize()
        lists.deallocate()
    }

    func set(_ index: Int, _ keys: borrowing GrowingList<Key>) throws(HomologyError) {
        if keys.isEmpty { return }
        let list = try Storage<Key>(count: keys.count, memory: memory)
        list.base.update(from: keys.base, count: keys.count)
        lists[index] = list
    }

    func joined() throws(HomologyError) -> Storage<Key> {
        let total = lists.reduce(0) { $0 + ($1?.count ?? 0) }
        let all = try Storage<Key>(count: total, memory: memory)
        var next = 0
        for case let list? in lists {
            (all.base + next).update(from: list.base, count: list.count)
            next += list.count
        }
        return all
    }
}
