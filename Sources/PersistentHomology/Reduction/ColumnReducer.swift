import Hardware

/// What the workers that reduce one dimension share.
struct ReductionSetting<Graph: RankedGraph, Entry: ColumnEntry>: Sendable {
    let graph: Graph
    let blocks: Blocks
    let barren: BarrenBlocks
    let codec: SimplexCodec<Entry.Key>
    let field: PrimeField
    /// Of the columns; their cofacets have one more.
    let dimension: Int
    let table: PivotTable<Entry>
    let blockTable: BlockTable<Entry>
    let lastDeath: LastDeath
    let context: ComputeContext
}

/// Reduces coboundary columns: one worker's part of the persistent cohomology of one dimension.
///
/// Implicit cohomology as in Bauer, "Ripser" (2021): a column is kept as the cochain whose coboundary
/// it is, and coboundaries are produced when needed. Beyond that: cofacets appear lazily, up to a
/// horizon of ranks that moves only when everything before it has cancelled; apparent pairs are read
/// off the order of the block; a closed block is emptied in one go, a barren one reduced by itself when
/// something comes to it.
struct ColumnReducer<Graph: RankedGraph, Entry: ColumnEntry>: ~Copyable {
    typealias Key = Entry.Key

    private let setting: ReductionSetting<Graph, Entry>
    private var working: WorkingColumn<Graph, Entry>
    private let arena: ColumnArena<Entry>
    private let blockReducer: BlockReducer<Graph, Entry>
    private let scanner: Graph.Scanner
    private let lune: LuneGraph
    private let dismantling: LuneDismantling<Graph.Scanner>
    private(set) var essential: [EssentialColumn] = []
    private let keepsTerms: Bool

    /// Simplices whose cofacets have been looked for.
    var emissions: Int { working.emissions }

    struct EssentialColumn {
        let column: Key
        let terms: [Entry]
    }

    /// - Parameter keepsTerms: whether essential columns come with their cochain.
    init(
        _ setting: ReductionSetting<Graph, Entry>, scanner: Graph.Scanner, lune: LuneGraph, keepsTerms: Bool
    ) {
        self.setting = setting
        self.keepsTerms = keepsTerms
        arena = setting.table.makeArena()
        working = WorkingColumn(setting, scanner: scanner)
        blockReducer = BlockReducer(setting, scanner: scanner, lune: lune)
        self.scanner = scanner
        self.lune = lune
        dismantling = LuneDismantling(lune: lune, rows: scanner, memory: setting.context.memory)
    }

    /// Reduces the column of `key` and enters it in the table, or notes that it is essential.
    mutating func reduce(_ key: Key) throws(HomologyError) {
        try working.start(key)
        while true {
            try working.poll()
            guard let pivot = try working.popPivot() else {
                if working.isComplete {
                    try working.compact()
                    essential.append(
                        EssentialColumn(
                            column: working.column, terms: keepsTerms ? Array(working.terms.elements) : []))
                    return
                }
                try seekLastDeath()
                try working.extendHorizon()
                continue
            }
            if try eliminate(pivot) { return }
        }
    }

    /// Where a column has grown long, looks whether anything can still end its class. A cocycle that is asked for has
    /// to reach the last edge in any case.
    private func seekLastDeath() throws(HomologyError) {
        let length = working.terms.count
        guard length > Self.longColumn, !keepsTerms else { return }
        try setting.lastDeath.seek(
            from: Int(working.horizon), atMost: length / 2, in: setting.blocks
        ) { rank throws(HomologyError) in try mayEndClass(atOpen: rank) }
    }

    private func mayEndClass(atOpen rank: UInt32) throws(HomologyError) -> Bool {
        try scanner.lune(of: rank, into: lune)
        dismantling.allow(Self.mostWords)
        let center = lune.position(of: setting.blocks.pivot(of: rank))
        let all = try dismantling.start()
        return try !dismantling.vanishes(all, degree: setting.dimension - 1, center: center)
    }

    /// Terms from which on a column is more work to extend than some blocks are to look at.
    private static var longColumn: Int { 64 }
    /// Words of rows that a lune is worth.
    private static var mostWords: Int { 1 << 14 }

    /// Removes `pivot`, the first simplex of the coboundary, by adding a column that has it as pivot,
    /// or claims it. Returns true when the column is done.
    private mutating func eliminate(_ pivot: Entry) throws(HomologyError) -> Bool {
        let codec = setting.codec
        let rank = codec.rank(pivot.key, dimension: setting.dimension + 1)
        if codec.containsPivot(pivot.key) {
            if setting.blocks.isOpen(rank) {
                try working.putBack(pivot)
                try working.addFacet(of: pivot, rank: rank, from: rank)
            } else {
                try emptyClosedBlock(rank, first: pivot)
            }
            return false
        }
        if let owner = setting.table.column(withPivot: pivot.key) {
            if owner.pointee.column > working.column {
                try working.putBack(pivot)
                try working.add(owner, pivot: pivot, rank: rank)
                return false
            }
            // The other column comes later in the order of reduction: take its pivot and go on
            // with it in our place.
            if try claim(pivot, replacing: owner) {
                let terms = UnsafeBufferPointer(start: owner.pointee.terms, count: owner.pointee.termCount)
                try working.resume(owner.pointee.column, terms: terms, pivot: pivot.key, rank: rank)
            } else {
                try working.putBack(pivot)
            }
            return false
        }
        if working.isApparent(pivot, rank: rank) {
            try working.putBack(pivot)
            try working.addFacet(of: pivot, rank: rank, from: rank)
            return false
        }
        if setting.barren.contains(rank),
            let owner = try blockReducer.columns(of: rank).column(withPivot: pivot.key)
        {
            try working.putBack(pivot)
            try working.add(owner, pivot: pivot, rank: rank)
            return false
        }
        if try claim(pivot, replacing: nil) { return true }
        try working.putBack(pivot)
        return false
    }

    /// In a closed block with apex w the working cocycle equals the sum of the coboundaries of σ ∖ w
    /// over its terms σ that contain w, up to terms of higher rank: add those, drop the block. Terms
    /// without w were never emitted (`Cofacets.key`).
    private mutating func emptyClosedBlock(_ rank: UInt32, first: Entry) throws(HomologyError) {
        var entry = first
        while true {
            try working.addFacet(of: entry, rank: rank, from: rank + 1)
            guard let next = try working.popPivot() else { return }
            if setting.codec.rank(next.key, dimension: setting.dimension + 1) != rank {
                return try working.putBack(next)
            }
            entry = next
        }
    }

    private mutating func claim(
        _ pivot: Entry, replacing owner: PivotTable<Entry>.Column?
    ) throws(HomologyError) -> Bool {
        try working.compact()
        let stored = try arena.store(
            column: working.column, pivot: pivot, terms: UnsafeBufferPointer(working.terms.elements))
        return setting.table.claim(stored, replacing: owner)
    }
}
