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

    /// Reduces `columns`, adds the bars, and returns the death simplices.
    func reduce(
        _ columns: Storage<Entry.Key>, bars: inout Bars, progress: ClosedRange<Double>
    ) throws(HomologyError) -> KeySet<Entry.Key> {
        if columns.count == 0 { return try KeySet([], context) }
        let table = try PivotTable<Entry>(capacity: columns.count, memory: context.memory)
        let setting = ReductionSetting(
            graph: graph, blocks: blocks, barren: barren, codec: codec, field: field, dimension: dimension,
            table: table, blockTable: try BlockTable(capacity: barren.count, memory: context.memory),
            context: context)
        let reducers = InPlaceArray(count: context.team.size) { worker in
            ColumnReducer(
                setting, scanner: scratch.scanners[worker], lune: scratch.lunes[worker],
                keepsTerms: representatives)
        }
        // With representatives the cochains must not depend on who was first: one worker.
        let context = representatives ? context.onCallingThread : context
        let chunk = max(1, min(16, columns.count / (8 * context.team.size)))
        try context.forEachChunk(of: columns.count, size: chunk) { worker, range throws(HomologyError) in
            for index in range { try reducers[worker].pointee.reduce(columns.base[index]) }
            context.progress.advance(
                to: progress.lowerBound + Double(range.upperBound) / Double(columns.count)
                    * (progress.upperBound - progress.lowerBound))
        }
        let essential = (0..<reducers.count).flatMap { reducers[$0].pointee.essential }
        if representatives {
            var termCount = essential.reduce(0) { $0 + $1.terms.count + 1 }
            table.forEach { termCount += $0.termCount + 1 }
            try bars.reserveCocycles(termCount: termCount, dimension: dimension)
        }
        var deaths: [Entry.Key] = []
        table.forEach { column in
            deaths.append(column.pivot.key)
            let terms = UnsafeBufferPointer(start: column.terms, count: column.termCount)
            let death = codec.rank(column.pivot.key, dimension: dimension + 1)
            addBar(column.column, terms, death: death, to: &bars)
        }
        for column in essential {
            column.terms.withUnsafeBufferPointer { addBar(column.column, $0, death: none, to: &bars) }
        }
        return try KeySet(deaths, context)
    }

    /// Adds the bar of a reduced column, if it has a length.
    private func addBar(
        _ column: Entry.Key, _ terms: UnsafeBufferPointer<Entry>, death: UInt32, to bars: inout Bars
    ) {
        let birth = codec.rank(column, dimension: dimension)
        guard birth != death, let pair = graph.pair(dimension: dimension, birth: birth, death: death) else {
            return
        }
        if representatives, let generator = graph.generator(birth: birth, death: death) {
            bars.append(pair, cocycle(column, terms, before: death), generator)
        } else {
            bars.append(pair)
        }
    }

    /// The simplices of open blocks that are neither apparent nor cleared, in decreasing order. Blocks
    /// that turn out to be barren are left out; nil when all are: then no higher degree has bars either.
    func columns(clearing cleared: KeySet<Entry.Key>?) throws(HomologyError) -> Storage<Entry.Key>? {
        let chunk = 1024
        let edgeCount = graph.edgeCount
        let chunkCount = (edgeCount + chunk - 1) / chunk
        let found = KeyLists<Entry.Key>(count: chunkCount, memory: context.memory)
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
            try found.set(range.lowerBound / chunk, keys)
        }
        return isFertile.load(ordering: .relaxed) ? try found.joined() : nil
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
