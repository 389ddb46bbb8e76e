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
    private let scanner: Graph.Scanner
    private let arena: ColumnArena<Entry>
    private var chain: Chain<Entry>
    private var terms: GrowingList<Entry>
    private var simplex = Simplex()
    private let facet: UnsafeMutableBufferPointer<UInt32>
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
        self.scanner = scanner
        self.keepsTerms = keepsTerms
        arena = setting.table.makeArena()
        chain = Chain(field: setting.field, memory: setting.context.memory)
        terms = GrowingList(memory: setting.context.memory)
        facet = .allocate(capacity: VietorisRips.highestSimplexDimension + 2)
        step = UInt32(max(16, setting.graph.edgeCount >> 8))
    }

    deinit { facet.deallocate() }

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
            if try claim(pivot, replacing: owner) { try resume(owner, pivot: pivot.key, rank: rank) } else {
                try chain.add(pivot.key, pivot.coefficient)
            }
            return false
        }
        if isApparent(pivot.key, rank: rank) {
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
            if signOfLastVertex(pivot.key, rank: rank) { factor = field.negate(factor) }
        }
        try terms.append(Entry(facet, factor))
        _ = try emit(facet, factor, from: low, notBelow: 0)
    }

    /// In a closed block with apex w the working cocycle equals the sum of the coboundaries of σ ∖ w
    /// over its terms σ that contain w, up to terms of higher rank: add those, drop the block. Terms
    /// without w were never emitted (`keyBeyond`).
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

    /// Whether the last facet σ of τ = `key`, which does not contain the pivot vertex, has τ as its
    /// first cofacet: whether no vertex smaller than the one left out is joined to all of σ.
    private mutating func isApparent(_ key: Key, rank: UInt32) -> Bool {
        decode(key, dimension: setting.dimension + 1, rank: rank)
        let others = simplex.otherVertices
        let left = others[others.count - 1]
        let pivot = setting.blocks.pivot(of: rank)
        if others.dropLast().allSatisfy({ scanner.rank(pivot, $0) < rank }) { return false }
        var count = 0
        for v in simplex.allVertices where v != left {
            facet[count] = v
            count += 1
        }
        return !scanner.hasCommonNeighbour(
            UnsafeBufferPointer(rebasing: facet[..<count]), below: left, within: rank)
    }

    /// Whether the last digit's vertex has coefficient −1 in the coboundary of the rest of `key`.
    private mutating func signOfLastVertex(_ key: Key, rank: UInt32) -> Bool {
        decode(key, dimension: setting.dimension + 1, rank: rank)
        let last =
            setting.codec.containsPivot(key)
            ? setting.blocks.pivot(of: rank) : simplex.otherVertices[simplex.otherVertices.count - 1]
        var index = 0
        while simplex.vertices[index] != last { index += 1 }
        return index & 1 == 1
    }

    @inline(__always)
    private mutating func decode(_ key: Key, dimension: Int, rank: UInt32) {
        simplex.decode(
            key, dimension: dimension, codec: setting.codec, rank: rank, ends: setting.graph.ends(of: rank),
            pivot: setting.blocks.pivot(of: rank))
    }

    /// Adds `coefficient` times the cofacets of `key` with rank in `low..<horizon`, its own block
    /// included if `low` does not pass it. Returns how many.
    ///
    /// - Parameter least: smaller cofacets are left out: the caller knows that they cancel.
    private mutating func emit(
        _ key: Key, _ coefficient: UInt32, from low: UInt32, notBelow least: Key
    ) throws(HomologyError) -> Int {
        let rank = setting.codec.rank(key, dimension: setting.dimension)
        decode(key, dimension: setting.dimension, rank: rank)
        let vertices = simplex.allVertices
        // A maximum below the simplex's own rank means its own block, and equality cannot be.
        let count = scanner.between(vertices, low: low <= rank ? 0 : low, high: horizon)
        for index in 0..<count {
            let v = scanner.foundVertices[index]
            let reach = scanner.foundRanks[index]
            guard
                let cofacet = reach < rank ? keyInOwnBlock(adding: v) : keyBeyond(adding: v, reach: reach),
                cofacet >= least
            else { continue }
            try chain.add(cofacet, Entry.isBinary ? 1 : signed(coefficient, adding: v))
        }
        return count
    }

    /// (−1)^i · coefficient, where v comes i-th among the vertices in decreasing order.
    @inline(__always)
    private func signed(_ coefficient: UInt32, adding v: UInt32) -> UInt32 {
        var larger = 0
        for u in simplex.allVertices where u > v { larger &+= 1 }
        return larger & 1 == 1 ? setting.field.negate(coefficient) : coefficient
    }

    /// The key of the current simplex and v, whose longest edge stays the same.
    @inline(__always)
    private func keyInOwnBlock(adding v: UInt32) -> Key {
        let pivot = setting.blocks.pivot(of: simplex.rank)
        var key = Key(truncatingIfNeeded: simplex.rank)
        let bits = Key(truncatingIfNeeded: setting.codec.bits)
        var hasPivot = v == pivot
        var pending = !hasPivot
        for u in simplex.otherVertices {
            if pending, v > u {
                key = key &<< bits | Key(truncatingIfNeeded: v &+ 1)
                pending = false
            }
            if u == pivot { hasPivot = true } else { key = key &<< bits | Key(truncatingIfNeeded: u &+ 1) }
        }
        if pending { key = key &<< bits | Key(truncatingIfNeeded: v &+ 1) }
        return hasPivot ? key &<< bits : key
    }

    /// The key of the current simplex and v, whose longest edge has v as an end and rank `reach`;
    /// nil when that block is closed and the cofacet lacks its apex: emptying the block
    /// (`emptyClosedBlock`) looks only at simplices with the apex, so others need not even appear.
    @inline(__always)
    private func keyBeyond(adding v: UInt32, reach: UInt32) -> Key? {
        let (a, b) = setting.graph.ends(of: reach)
        let end = a == v ? b : a
        let pivot = setting.blocks.pivot(of: reach)
        let bits = Key(truncatingIfNeeded: setting.codec.bits)
        var key = Key(truncatingIfNeeded: reach)
        var hasPivot = false
        for u in simplex.allVertices where u != end {
            if u == pivot { hasPivot = true } else { key = key &<< bits | Key(truncatingIfNeeded: u &+ 1) }
        }
        if hasPivot { return key &<< bits }
        return setting.blocks.isOpen(reach) ? key : nil
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
