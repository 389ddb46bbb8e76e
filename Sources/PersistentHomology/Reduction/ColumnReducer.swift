import Hardware

/// What the workers that reduce one dimension share.
struct ReductionSetting<Graph: RankedGraph, Entry: ColumnEntry>: Sendable {
    let graph: Graph
    let blocks: Blocks
    let codec: SimplexCodec<Entry.Key>
    let field: PrimeField
    /// Of the columns; their cofacets have one more.
    let dimension: Int
    let table: PivotTable<Entry>
    let context: ComputeContext
}

/// Reduces coboundary columns: one worker's part of the persistent cohomology of one dimension.
///
/// Implicit cohomology as in Bauer, "Ripser" (2021): a column is kept as the cochain whose coboundary
/// it is, and coboundaries are produced when needed. Beyond that: cofacets appear lazily, up to a
/// horizon of ranks that moves only when everything before it has cancelled; apparent pairs are read
/// off the order of the block; a closed block is emptied in one go.
///
/// A struct without copies, not a class: its state is read and written in the innermost loops, where a
/// class would check exclusive access each time.
struct ColumnReducer<Graph: RankedGraph, Entry: ColumnEntry>: ~Copyable {
    typealias Key = Entry.Key

    private let setting: ReductionSetting<Graph, Entry>
    private var cofacets: Cofacets<Graph, Key>
    private let arena: ColumnArena<Entry>
    private var chain: Chain<Entry>
    private var terms: GrowingList<Entry>
    private var column: Key = 0
    /// Cofacets of rank below this have been emitted.
    private var horizon: UInt32 = 0
    /// How many ranks the horizon moves next time.
    private var step: UInt32
    private var ticks = 0
    private(set) var essential: [EssentialColumn] = []
    private let keepsTerms: Bool

    struct EssentialColumn {
        let column: Key
        let terms: [Entry]
    }

    /// - Parameter keepsTerms: whether essential columns come with their cochain.
    init(
        _ setting: ReductionSetting<Graph, Entry>, scanner: Graph.Scanner, keepsTerms: Bool
    ) {
        self.setting = setting
        self.keepsTerms = keepsTerms
        arena = setting.table.makeArena()
        chain = Chain(field: setting.field, memory: setting.context.memory)
        terms = GrowingList(memory: setting.context.memory)
        cofacets = Cofacets(
            graph: setting.graph, blocks: setting.blocks, codec: setting.codec, dimension: setting.dimension,
            scanner: scanner)
        step = UInt32(max(16, setting.graph.edgeCount >> 8))
    }

    /// Reduces the column of `key` and enters it in the table, or notes that it is essential.
    mutating func reduce(_ key: Key) throws(HomologyError) {
        column = key
        terms.removeAll()
        let rank = setting.codec.rank(key, dimension: setting.dimension)
        chain.restart(from: Key(truncatingIfNeeded: rank) << Key(setting.codec.bits * setting.dimension))
        horizon = rank + 1
        _ = try emit(key, 1, from: 0, notBelow: 0)
        while true {
            try poll()
            guard let pivot = try chain.popPivot() else {
                if Int(horizon) >= setting.graph.edgeCount {
                    try compact()
                    essential.append(
                        EssentialColumn(column: column, terms: keepsTerms ? Array(terms.elements) : []))
                    return
                }
                try extendHorizon()
                continue
            }
            if try eliminate(pivot) { return }
        }
    }

    /// Removes `pivot`, the first simplex of the coboundary, by adding a column that has it as pivot,
    /// or claims it. Returns true when the column is done.
    private mutating func eliminate(_ pivot: Entry) throws(HomologyError) -> Bool {
        let codec = setting.codec
        let rank = codec.rank(pivot.key, dimension: setting.dimension + 1)
        if codec.containsPivot(pivot.key) {
            if setting.blocks.isOpen(rank) {
                try chain.add(pivot.key, pivot.coefficient)
                try addFacet(of: pivot, rank: rank, from: rank)
            } else {
                try emptyClosedBlock(rank, first: pivot)
            }
            return false
        }
        if let owner = setting.table.column(withPivot: pivot.key) {
            if owner.pointee.column > column {
                try chain.add(pivot.key, pivot.coefficient)
                try add(owner, pivot: pivot, rank: rank)
                return false
            }
            // The other column comes later in the order of reduction: take its pivot and go on
            // with it in our place.
            if try claim(pivot, replacing: owner) {
                try resume(owner, pivot: pivot.key, rank: rank)
            } else {
                try chain.add(pivot.key, pivot.coefficient)
            }
            return false
        }
        if cofacets.isApparent(pivot.key, rank: rank) {
            try chain.add(pivot.key, pivot.coefficient)
            try addFacet(of: pivot, rank: rank, from: rank)
            return false
        }
        if try claim(pivot, replacing: nil) { return true }
        try chain.add(pivot.key, pivot.coefficient)
        return false
    }

    /// Adds the multiple of the coboundary of the pivot's last facet that cancels `pivot`.
    private mutating func addFacet(of pivot: Entry, rank: UInt32, from low: UInt32) throws(HomologyError) {
        let facet = setting.codec.removingPivot(pivot.key)
        var factor: UInt32 = 1
        if !Entry.isBinary {
            let field = setting.field
            factor = field.negate(pivot.coefficient)
            if cofacets.isLastFacetNegative(in: pivot.key, rank: rank) { factor = field.negate(factor) }
        }
        try terms.append(Entry(facet, factor))
        _ = try emit(facet, factor, from: low, notBelow: 0)
    }

    /// In a closed block with apex w the working cocycle equals the sum of the coboundaries of σ ∖ w
    /// over its terms σ that contain w, up to terms of higher rank: add those, drop the block. Terms
    /// without w were never emitted (`Cofacets.key`).
    private mutating func emptyClosedBlock(_ rank: UInt32, first: Entry) throws(HomologyError) {
        var entry = first
        while true {
            try addFacet(of: entry, rank: rank, from: rank + 1)
            guard let next = try chain.popPivot() else { return }
            if setting.codec.rank(next.key, dimension: setting.dimension + 1) != rank {
                try chain.add(next.key, next.coefficient)
                return
            }
            entry = next
        }
    }

    /// Adds the multiple of the reduced column `owner` that cancels `pivot`, which it shares.
    private mutating func add(
        _ owner: PivotTable<Entry>.Column, pivot: Entry, rank: UInt32
    ) throws(HomologyError) {
        let field = setting.field
        let factor =
            Entry.isBinary
            ? 1 : field.eliminating(pivot.coefficient, with: owner.pointee.pivot.coefficient)
        try terms.append(Entry(owner.pointee.column, factor))
        _ = try emit(owner.pointee.column, factor, from: rank, notBelow: pivot.key)
        for index in 0..<owner.pointee.termCount {
            let term = owner.pointee.terms[index]
            let coefficient = Entry.isBinary ? 1 : field.multiply(factor, term.coefficient)
            try terms.append(Entry(term.key, coefficient))
            _ = try emit(term.key, coefficient, from: rank, notBelow: pivot.key)
            if index & 255 == 255 { try poll() }
        }
    }

    /// Continues with a column that has lost its pivot, of rank `rank`, to another.
    private mutating func resume(
        _ other: PivotTable<Entry>.Column, pivot: Key, rank: UInt32
    ) throws(HomologyError) {
        column = other.pointee.column
        terms.removeAll()
        chain.restart(from: pivot)
        _ = try emit(column, 1, from: rank, notBelow: pivot)
        for index in 0..<other.pointee.termCount {
            let term = other.pointee.terms[index]
            try terms.append(term)
            _ = try emit(term.key, term.coefficient, from: rank, notBelow: pivot)
        }
    }

    private mutating func claim(
        _ pivot: Entry, replacing owner: PivotTable<Entry>.Column?
    ) throws(HomologyError) -> Bool {
        try compact()
        let stored = try arena.store(column: column, pivot: pivot, terms: UnsafeBufferPointer(terms.elements))
        return setting.table.claim(stored, replacing: owner)
    }

    /// Adds `coefficient` times the cofacets of `key` with rank in `low..<horizon`, its own block
    /// included if `low` does not pass it. Returns how many.
    ///
    /// - Parameter least: smaller cofacets are left out: the caller knows that they cancel.
    private mutating func emit(
        _ key: Key, _ coefficient: UInt32, from low: UInt32, notBelow least: Key
    ) throws(HomologyError) -> Int {
        let count = cofacets.find(of: key, from: low, to: horizon)
        for index in 0..<count {
            guard let cofacet = cofacets.key(index), cofacet >= least else { continue }
            let isNegative = !Entry.isBinary && cofacets.isNegative(index)
            try chain.add(cofacet, isNegative ? setting.field.negate(coefficient) : coefficient)
        }
        return count
    }

    private mutating func extendHorizon() throws(HomologyError) {
        try compact()
        let low = horizon
        horizon = UInt32(min(setting.graph.edgeCount, Int(horizon) + Int(step)))
        var emitted = try emit(column, 1, from: low, notBelow: 0)
        for index in 0..<terms.count {
            emitted += try emit(terms[index].key, terms[index].coefficient, from: low, notBelow: 0)
            if index & 255 == 255 { try poll() }
        }
        if emitted > 8 * (terms.count + 1) {
            step = max(step / 2, 1)
        } else if emitted < 2 * (terms.count + 1), step < 1 << 30 {
            step *= 2
        }
    }

    /// Adds up repeated terms and drops those that cancel.
    private mutating func compact() throws(HomologyError) {
        if terms.count < 2 { return }
        var all = terms.elements
        all.sort { $0.key < $1.key }
        var write = 0
        var read = 0
        while read < terms.count {
            let key = terms[read].key
            var coefficient = terms[read].coefficient
            read += 1
            while read < terms.count, terms[read].key == key {
                coefficient =
                    Entry.isBinary ? coefficient ^ 1 : setting.field.add(coefficient, terms[read].coefficient)
                read += 1
            }
            if coefficient != 0 {
                terms[write] = Entry(key, coefficient)
                write += 1
            }
        }
        terms.setCount(write)
    }

    /// Looks at the stop signal now and then.
    @inline(__always)
    private mutating func poll() throws(HomologyError) {
        ticks &+= 1
        if ticks & 255 == 0 { try setting.context.checkStop() }
    }
}
