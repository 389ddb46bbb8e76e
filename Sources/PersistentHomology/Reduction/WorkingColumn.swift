import Hardware

/// A cochain under reduction and the part of its coboundary below a horizon of ranks, smallest term
/// first; scratch of one worker.
///
/// A struct without copies, not a class: its state is read and written in the innermost loops, where a
/// class would check exclusive access each time.
struct WorkingColumn<Graph: RankedGraph, Entry: ColumnEntry>: ~Copyable {
    typealias Key = Entry.Key

    let setting: ReductionSetting<Graph, Entry>
    private var cofacets: Cofacets<Graph, Key>
    private var chain: Chain<Entry>
    /// The terms of the cochain besides `column`; some may repeat until `compact`.
    private(set) var terms: GrowingList<Entry>
    /// The simplex whose column it is; it has coefficient 1.
    private(set) var column: Key = 0
    /// Cofacets of rank below this have been emitted.
    private(set) var horizon: UInt32 = 0
    /// How many ranks the horizon moves next time.
    private var step: UInt32
    private var ticks = 0
    /// Simplices whose cofacets have been looked for.
    private(set) var emissions = 0

    init(_ setting: ReductionSetting<Graph, Entry>, scanner: Graph.Scanner) {
        self.setting = setting
        chain = Chain(field: setting.field, memory: setting.context.memory)
        terms = GrowingList(memory: setting.context.memory)
        cofacets = Cofacets(
            graph: setting.graph, blocks: setting.blocks, codec: setting.codec, dimension: setting.dimension,
            scanner: scanner)
        step = UInt32(max(16, setting.graph.edgeCount >> 8))
    }

    /// Begins anew with the simplex `key` and its coboundary in its own block.
    mutating func start(_ key: Key) throws(HomologyError) {
        column = key
        terms.removeAll()
        let rank = setting.codec.rank(key, dimension: setting.dimension)
        chain.restart(from: firstKey(rank))
        horizon = rank + 1
        _ = try emit(key, 1, from: 0, notBelow: 0)
    }

    /// Goes on with the column of `key` and its `terms`, whose coboundary has nothing below `pivot`, of
    /// rank `rank`. The horizon stays; it is beyond the pivot.
    mutating func resume(
        _ key: Key, terms others: UnsafeBufferPointer<Entry>, pivot: Key, rank: UInt32
    ) throws(HomologyError) {
        column = key
        terms.removeAll()
        chain.restart(from: pivot)
        _ = try emit(column, 1, from: rank, notBelow: pivot)
        for term in others {
            try terms.append(term)
            _ = try emit(term.key, term.coefficient, from: rank, notBelow: pivot)
        }
    }

    /// Takes away the smallest term of the coboundary below the horizon; nil when none is left there.
    mutating func popPivot() throws(HomologyError) -> Entry? { try chain.popPivot() }

    /// Puts a term back that `popPivot` gave, the last it gave.
    mutating func putBack(_ pivot: Entry) throws(HomologyError) {
        try chain.add(pivot.key, pivot.coefficient)
    }

    /// Whether all cofacets that could end a class have been emitted.
    var isComplete: Bool { Int(horizon) >= setting.lastDeath.end }

    /// Whether the last facet of `pivot` has it as its first cofacet; for a pivot in an open block,
    /// without the block's pivot vertex.
    mutating func isApparent(_ pivot: Entry, rank: UInt32) -> Bool {
        cofacets.isApparent(pivot.key, rank: rank)
    }

    /// Adds the multiple of the coboundary of the pivot's last facet that cancels `pivot`, from rank
    /// `low` on.
    mutating func addFacet(of pivot: Entry, rank: UInt32, from low: UInt32) throws(HomologyError) {
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

    /// Adds the multiple of the reduced column `owner` that cancels `pivot`, of rank `rank`, which it
    /// shares.
    mutating func add(
        _ owner: UnsafeMutablePointer<ReducedColumn<Entry>>, pivot: Entry, rank: UInt32
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

    /// Moves the horizon: every term emits its cofacets in the next window of ranks. For when nothing
    /// is left below it.
    mutating func extendHorizon() throws(HomologyError) {
        try compact()
        let low = horizon
        horizon = UInt32(max(Int(low), min(setting.lastDeath.end, Int(low) + Int(step))))
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
    mutating func compact() throws(HomologyError) {
        if terms.count < 2 { return }
        try sortByKey(terms.elements, stop: setting.context.stop)
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
    mutating func poll() throws(HomologyError) {
        ticks &+= 1
        if ticks & 255 == 0 { try setting.context.checkStop() }
    }

    /// Adds `coefficient` times the cofacets of `key` with rank in `low..<horizon`, its own block
    /// included if `low` does not pass it. Returns how many.
    ///
    /// - Parameter least: smaller cofacets are left out: the caller knows that they cancel.
    private mutating func emit(
        _ key: Key, _ coefficient: UInt32, from low: UInt32, notBelow least: Key
    ) throws(HomologyError) -> Int {
        emissions &+= 1
        let count = cofacets.find(of: key, from: low, to: horizon)
        for index in 0..<count {
            guard let cofacet = cofacets.key(index), cofacet >= least else { continue }
            let isNegative = !Entry.isBinary && cofacets.isNegative(index)
            try chain.add(cofacet, isNegative ? setting.field.negate(coefficient) : coefficient)
        }
        return count
    }

    /// No cofacet of rank `rank` has a smaller key.
    private func firstKey(_ rank: UInt32) -> Key {
        Key(truncatingIfNeeded: rank) << Key(setting.codec.bits * setting.dimension)
    }
}
