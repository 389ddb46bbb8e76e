import Hardware

/// Pushes the boundary of a simplex down below a horizon of ranks, by homologous replacements, and
/// evaluates cocycles on what arrives there; scratch of one worker.
///
/// This is the standard reduction of a boundary column, from its largest simplex down, except that it
/// knows who is paired with whom: a simplex that leads a cycle is the first of a pair, and the boundary
/// of the second replaces it by smaller ones (docs/engine.md, section 5). Simplices that contain their
/// block's pivot vertex are seconds of pairs; they never lead, and are left out.
final class CyclePusher<Graph: RankedGraph, Entry: ColumnEntry> {
    typealias Key = Entry.Key

    private let setting: ReductionSetting<Graph, Entry>
    private let alive: AliveClasses<Entry>
    /// Alive classes born above the horizon.
    private let numbers: [Key: Int]
    private let partners: KnownPartners<Entry>
    private let scanner: Graph.Scanner
    private let blockReducer: BlockReducer<Graph, Entry>
    private var heap: KeyHeap<Entry>
    private var simplex = Simplex()
    private let bits: Key
    /// By class: the coefficient in the cycle.
    private(set) var coordinates: [UInt32]
    /// Boundaries added since it was made.
    private(set) var effort = 0

    init(
        _ setting: ReductionSetting<Graph, Entry>, alive: AliveClasses<Entry>, numbers: [Key: Int],
        partners: KnownPartners<Entry>, scanner: Graph.Scanner, lune: LuneGraph
    ) {
        self.setting = setting
        self.alive = alive
        self.numbers = numbers
        self.partners = partners
        self.scanner = scanner
        blockReducer = BlockReducer(setting, scanner: scanner, lune: lune)
        heap = KeyHeap(field: setting.field, memory: setting.context.memory)
        bits = Key(truncatingIfNeeded: setting.codec.bits)
        coordinates = [UInt32](repeating: 0, count: alive.births.count)
    }

    /// Sets `coordinates` to those of the boundary of `key`, of rank `rank`, in homology just below the
    /// horizon, as far as the alive classes tell.
    ///
    /// Returns false when it gives up: after `limit` more boundaries, or where a cycle is led by a simplex
    /// whose partner is not known.
    func push(boundaryOf key: Key, rank: UInt32, limit: Int) throws(HomologyError) -> Bool {
        for index in coordinates.indices { coordinates[index] = 0 }
        heap.removeAll()
        let end = effort + limit
        let (dimension, codec) = (setting.dimension, setting.codec)
        try addBoundary(of: key, rank: rank, coefficient: 1, leavingOut: none)
        while let leader = heap.popLargest() {
            if effort >= end { return false }
            if effort & 255 == 0 { try setting.context.checkStop() }
            let rank = codec.rank(leader.key, dimension: dimension)
            if let apex = firstCofacetVertex(leader.key, rank: rank) {
                try addCone(leader, rank: rank, apex: apex)
            } else if let number = numbers[leader.key] {
                coordinates[number] = setting.field.add(coordinates[number], leader.coefficient)
            } else if let owner = try partner(of: leader.key, rank: rank) {
                try heap.add(leader)
                let factor =
                    Entry.isBinary
                    ? 1 : setting.field.eliminating(leader.coefficient, with: owner.pointee.pivot.coefficient)
                let partner = owner.pointee.pivot.key
                try addBoundary(
                    of: partner, rank: codec.rank(partner, dimension: dimension + 1), coefficient: factor,
                    leavingOut: none)
            } else {
                return false
            }
        }
        return true
    }

    /// The vertex whose addition gives the simplex its partner, when they are an apparent pair.
    private func firstCofacetVertex(_ key: Key, rank: UInt32) -> UInt32? {
        let pivot = setting.blocks.pivot(of: rank)
        if !setting.blocks.isOpen(rank) { return pivot }
        decode(key, dimension: setting.dimension, rank: rank)
        let others = simplex.otherVertices
        if others.allSatisfy({ scanner.rank(pivot, $0) < rank }) { return pivot }
        let found = scanner.between(simplex.allVertices, low: 0, high: rank)
        guard found > 0, scanner.foundVertices[0] < others[others.count - 1] else { return nil }
        return scanner.foundVertices[0]
    }

    private func partner(
        of key: Key, rank: UInt32
    ) throws(HomologyError) -> PivotTable<Entry>.Column? {
        if let column = partners.column(of: key) { return column }
        guard setting.barren.contains(rank) else { return nil }
        return try blockReducer.columns(of: rank).column(of: key)
    }

    /// Replaces `leader`, which has been taken out of the heap, by the other facets of its union with
    /// `apex`, a cofacet in the same block.
    private func addCone(_ leader: Entry, rank: UInt32, apex: UInt32) throws(HomologyError) {
        decode(leader.key, dimension: setting.dimension, rank: rank)
        let index = simplex.insert(apex)
        // The leader is the facet opposite the apex, with sign (−1)^index.
        let coefficient = index & 1 == 1 ? leader.coefficient : setting.field.negate(leader.coefficient)
        try addFacets(coefficient: Entry.isBinary ? 1 : coefficient, leavingOut: apex)
    }

    private func addBoundary(
        of key: Key, rank: UInt32, coefficient: UInt32, leavingOut vertex: UInt32
    ) throws(HomologyError) {
        decode(key, dimension: setting.dimension + 1, rank: rank)
        try addFacets(coefficient: coefficient, leavingOut: vertex)
    }

    /// Adds the facets of `simplex`, but not the one opposite to `vertex`.
    private func addFacets(coefficient: UInt32, leavingOut vertex: UInt32) throws(HomologyError) {
        effort += 1
        let rank = simplex.rank
        let (a, b) = setting.graph.ends(of: rank)
        for index in 0...simplex.dimension {
            let left = simplex.vertices[index]
            if left == vertex { continue }
            let reach = left == a || left == b ? longestEdge(without: left) : rank
            let isAbove = reach >= alive.horizon
            guard let key = facetKey(without: left, rank: reach, keepsPivot: !isAbove) else { continue }
            let signed = index & 1 == 1 ? setting.field.negate(coefficient) : coefficient
            if isAbove {
                try heap.add(Entry(key, Entry.isBinary ? 1 : signed))
            } else {
                evaluate(key, Entry.isBinary ? 1 : signed)
            }
        }
    }

    private func evaluate(_ key: Key, _ coefficient: UInt32) {
        let field = setting.field
        alive.forEachValue(on: key) { value in
            let index = Int(value.number)
            coordinates[index] = field.add(
                coordinates[index], field.multiply(coefficient, value.coefficient))
        }
    }

    /// The rank of the longest edge among the vertices of `simplex` without `left`.
    private func longestEdge(without left: UInt32) -> UInt32 {
        var longest: UInt32 = 0
        let vertices = simplex.allVertices
        for i in 1..<vertices.count where vertices[i] != left {
            for j in 0..<i where vertices[j] != left {
                longest = max(longest, scanner.rank(vertices[i], vertices[j]))
            }
        }
        return longest
    }

    /// The key of `simplex` without `left`, whose longest edge has rank `rank`; nil when it contains its
    /// block's pivot vertex, unless that is wanted too.
    private func facetKey(without left: UInt32, rank: UInt32, keepsPivot: Bool) -> Key? {
        let (a, b) = setting.graph.ends(of: rank)
        let pivot = setting.blocks.pivot(of: rank)
        var key = Key(truncatingIfNeeded: rank)
        var hasPivot = false
        for v in simplex.allVertices where v != left && v != a && v != b {
            if v == pivot { hasPivot = true } else { key = key &<< bits | Key(truncatingIfNeeded: v &+ 1) }
        }
        if !hasPivot { return key }
        return keepsPivot ? key &<< bits : nil
    }

    private func decode(_ key: Key, dimension: Int, rank: UInt32) {
        simplex.decode(
            key, dimension: dimension, codec: setting.codec, rank: rank,
            ends: setting.graph.ends(of: rank), pivot: setting.blocks.pivot(of: rank))
    }
}
