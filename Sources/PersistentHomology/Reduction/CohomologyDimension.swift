import Hardware
import Synchronization
import Vocabulary

/// The persistent cohomology of one dimension: finds the columns, reduces them side by side, reads
/// the bars off the pivots.
struct CohomologyDimension<Graph: RankedGraph, Entry: ColumnEntry> {
    let graph: Graph
    let blocks: Blocks
    let barren: BarrenBlocks
    let codec: SimplexCodec<Entry.Key>
    let field: PrimeField
    let dimension: Int
    /// The highest dimension that will be asked for.
    let highest: Int
    let context: ComputeContext
    let scratch: WorkerScratch<Graph.Scanner>
    let representatives: Bool
    /// Where columns are counted; nil where nobody asks.
    let effort: ReductionEffort?

    /// Reduces `columns`, adds the bars, and returns the death simplices.
    func reduce(
        _ columns: Storage<Entry.Key>, bars: inout Bars, progress: ClosedRange<Double>
    ) throws(HomologyError) -> KeySet<Entry.Key> {
        if columns.count == 0 { return try KeySet([], context) }
        let table = try PivotTable<Entry>(capacity: columns.count, memory: context.memory)
        let setting = ReductionSetting(
            graph: graph, blocks: blocks, barren: barren, codec: codec, field: field, dimension: dimension,
            table: table, blockTable: try BlockTable(capacity: barren.count, memory: context.memory),
            lastDeath: LastDeath(edgeCount: graph.edgeCount), context: context)
        let reducers = InPlaceArray(count: context.team.size) { worker in
            ColumnReducer(
                setting, scanner: scratch.scanners[worker], lune: scratch.lunes[worker],
                keepsTerms: representatives)
        }
        // With representatives the cochains must not depend on who was first: one worker.
        let context = representatives ? context.onCallingThread : context
        // The last columns are the longest.
        let chunk = max(1, min(16, columns.count / (8 * context.team.size)))
        try context.forEachChunk(of: columns.count, size: chunk, tapers: true) {
            worker, range throws(HomologyError) in
            for index in range { try reducers[worker].pointee.reduce(columns.base[index]) }
            context.progress.advance(by: Double(range.upperBound) / Double(columns.count), of: progress)
        }
        if let effort { count(columns.count, in: table, reducers, for: effort) }
        let essential = (0..<reducers.count).flatMap { reducers[$0].pointee.essential }
        if representatives {
            try addCocycles(of: table, essential, to: &bars)
        } else {
            try addPairs(of: table, essential.map(\.column), to: &bars)
        }
        return dimension < highest ? try KeySet(pivotsOf: table, self.context) : try KeySet([], context)
    }

    private func count(
        _ columns: Int, in table: PivotTable<Entry>, _ reducers: InPlaceArray<ColumnReducer<Graph, Entry>>,
        for effort: ReductionEffort
    ) {
        var terms = 0
        table.forEach { terms += $0.termCount }
        let emissions = (0..<reducers.count).reduce(0) { $0 + reducers[$1].pointee.emissions }
        effort.add(columns: columns, terms: terms, emissions: emissions)
    }

    /// Adds the bars that have a length.
    private func addPairs(
        of table: PivotTable<Entry>, _ essential: [Entry.Key], to bars: inout Bars
    ) throws(HomologyError) {
        let found = InPlaceArray(count: context.team.size) { _ in
            GrowingList<RankPair>(memory: context.memory)
        }
        try context.forEachChunk(of: table.slotCount, size: 1 << 13) { worker, range throws(HomologyError) in
            for slot in range {
                guard let column = table.column(inSlot: slot) else { continue }
                let pair = RankPair(
                    birth: codec.rank(column.pointee.column, dimension: dimension),
                    death: codec.rank(column.pointee.pivot.key, dimension: dimension + 1))
                if pair.birth != pair.death, graph.length(of: pair.birth) < graph.length(of: pair.death) {
                    try found[worker].pointee.append(pair)
                }
            }
        }
        func add(_ birth: UInt32, _ death: UInt32) {
            if let pair = graph.pair(dimension: dimension, birth: birth, death: death) { bars.append(pair) }
        }
        for worker in 0..<found.count {
            for pair in found[worker].pointee.elements { add(pair.birth, pair.death) }
        }
        for column in essential { add(codec.rank(column, dimension: dimension), none) }
    }

    private struct RankPair {
        let birth: UInt32
        let death: UInt32
    }

    /// Adds the bars that have a length, with their cocycles and generators.
    private func addCocycles(
        of table: PivotTable<Entry>, _ essential: [ColumnReducer<Graph, Entry>.EssentialColumn],
        to bars: inout Bars
    ) throws(HomologyError) {
        var termCount = essential.reduce(0) { $0 + $1.terms.count + 1 }
        table.forEach { termCount += $0.termCount + 1 }
        try bars.reserveCocycles(termCount: termCount, dimension: dimension)
        func add(_ column: Entry.Key, _ terms: UnsafeBufferPointer<Entry>, death: UInt32) {
            let birth = codec.rank(column, dimension: dimension)
            guard birth != death, let pair = graph.pair(dimension: dimension, birth: birth, death: death),
                let generator = graph.generator(birth: birth, death: death)
            else { return }
            bars.append(pair, cocycle(column, terms, before: death), generator)
        }
        table.forEach { column in
            add(
                column.column, UnsafeBufferPointer(start: column.terms, count: column.termCount),
                death: codec.rank(column.pivot.key, dimension: dimension + 1))
        }
        for column in essential {
            column.terms.withUnsafeBufferPointer { add(column.column, $0, death: none) }
        }
    }

    /// The simplices of open blocks that are neither apparent nor cleared, in decreasing order. Blocks
    /// that turn out to be barren are left out; nil when all are: then no higher degree has bars either.
    func columns(clearing cleared: KeySet<Entry.Key>?) throws(HomologyError) -> Storage<Entry.Key>? {
        let chunk = 1024
        let edgeCount = graph.edgeCount
        let chunkCount = (edgeCount + chunk - 1) / chunk
        let found = ChunkLists<Entry.Key>(count: chunkCount, memory: context.memory)
        let isFertile = Atomic<Bool>(false)
        let enumerations = (0..<context.team.size).map { worker in
            BlockEnumeration(
                lune: scratch.lunes[worker], scanner: scratch.scanners[worker], dimension: dimension,
                highest: highest, codec: codec, memory: context.memory)
        }
        try context.forEachChunk(of: edgeCount, size: chunk) { worker, range throws(HomologyError) in
            var keys = GrowingList<Entry.Key>(memory: context.memory)
            for index in range {
                let rank = UInt32(truncatingIfNeeded: edgeCount - 1 - index)
                guard blocks.isOpen(rank), !barren.contains(rank) else { continue }
                let isBarren = try !enumerations[worker].list(
                    rank, pivot: blocks.pivot(of: rank), into: &keys)
                if isBarren {
                    barren.insert(rank)
                } else {
                    isFertile.store(true, ordering: .relaxed)
                }
                try context.checkStop()
            }
            if let cleared {
                var kept = 0
                for index in 0..<keys.count where !cleared.contains(keys[index]) {
                    keys[kept] = keys[index]
                    kept += 1
                }
                keys.setCount(kept)
            }
            try found.set(range.lowerBound / chunk, keys.elements)
        }
        return isFertile.load(ordering: .relaxed) ? try found.joined(context) : nil
    }

    /// The reduced column's cochain on the complex just before the bar ends.
    private func cocycle(
        _ column: Entry.Key, _ terms: UnsafeBufferPointer<Entry>, before death: UInt32
    ) -> RepresentativeCocycle {
        var vertices: [Int32] = []
        var coefficients: [UInt16] = []
        var simplex = Simplex()
        for term in [Entry(column, 1)] + terms {
            let rank = codec.rank(term.key, dimension: dimension)
            if rank >= death { continue }
            simplex.decode(
                term.key, dimension: dimension, codec: codec, rank: rank, ends: graph.ends(of: rank),
                pivot: blocks.pivot(of: rank))
            var labels = simplex.allVertices.map { Int32(bitPattern: graph.label(of: $0)) }
            let reverses = sortDecreasing(&labels)
            vertices += labels
            coefficients.append(UInt16(reverses ? field.negate(term.coefficient) : term.coefficient))
        }
        return RepresentativeCocycle(vertices: vertices, coefficients: coefficients)
    }
}

/// Sorts `vertices`; returns whether that reverses the orientation of their simplex.
private func sortDecreasing(_ vertices: inout [Int32]) -> Bool {
    var isOdd = false
    for index in vertices.indices.dropFirst() {
        var place = index
        while place > 0, vertices[place - 1] < vertices[place] {
            vertices.swapAt(place - 1, place)
            isOdd.toggle()
            place -= 1
        }
    }
    return isOdd
}
