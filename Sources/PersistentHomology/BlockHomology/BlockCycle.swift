import Hardware

/// A cycle of the whole complex on its way down, taken apart block by block from the highest; scratch of one worker.
///
/// The part of a cycle in the block of e = ab is e ∗ c for a cycle c of the lune. Where c is the boundary of d, it is
/// replaced by a ∗ d − b ∗ d, which is homologous and lies in lower blocks (docs/engine.md, lemma 11).
final class BlockCycle<Graph: RankedGraph, Entry: ColumnEntry> {
    typealias Key = Entry.Key

    private let graph: Graph
    private let blocks: Blocks
    private let codec: SimplexCodec<Key>
    /// Of chains in lunes, by vertices.
    let vertices: PositionCodec<Key>
    private let field: PrimeField
    private let dimension: Int
    private let scanner: Graph.Scanner
    /// Simplices by the complements of their keys: the highest come first.
    @exclusivity(unchecked) private var chain: Chain<Entry>
    @exclusivity(unchecked) private var simplex = Simplex()
    /// The vertices of a term of a chain in a lune, decreasing.
    private let face: UnsafeMutablePointer<UInt32>
    @exclusivity(unchecked) private var drained: GrowingList<Entry>
    private let memory: MemoryAccount
    /// How many terms have been added so far, in all cycles.
    @exclusivity(unchecked) private(set) var effort = 0

    init(
        graph: Graph, blocks: Blocks, codec: SimplexCodec<Key>, field: PrimeField, dimension: Int,
        scanner: Graph.Scanner, memory: MemoryAccount
    ) {
        self.graph = graph
        self.blocks = blocks
        self.codec = codec
        self.field = field
        self.dimension = dimension
        self.scanner = scanner
        vertices = PositionCodec(bits: codec.bits)
        self.memory = memory
        chain = Chain(field: field, memory: memory)
        drained = GrowingList(memory: memory)
        face = .allocate(capacity: max(dimension, 1))
    }

    deinit { face.deallocate() }

    func removeAll() { chain.restart(from: 0) }

    /// Adds `factor` times a cycle that was drained.
    func add(_ terms: Storage<Entry>, times factor: UInt32) throws(HomologyError) {
        effort += terms.count
        for index in 0..<terms.count {
            let term = terms[index]
            try chain.add(~term.key, Entry.isBinary ? 1 : field.multiply(factor, term.coefficient))
        }
    }

    /// Adds a ∗ d − b ∗ d for the edge ab of rank `rank` and a chain d in its lune, by vertices.
    func add(suspensionOf lower: [Entry], at rank: UInt32) throws(HomologyError) {
        let (a, b) = graph.ends(of: rank)
        effort += 2 * lower.count
        for term in lower {
            for place in 0..<dimension {
                face[place] = UInt32(truncatingIfNeeded: vertices.digit(term.key, dimension - 1 - place))
            }
            let longest = longestEdge()
            try add(term.coefficient, joinedTo: a, longest)
            try add(field.negate(term.coefficient), joinedTo: b, longest)
        }
    }

    /// Takes the part in the highest block away: the block's rank, and c by vertices. Nil when nothing is left.
    func popBlock(into part: inout [Entry]) throws(HomologyError) -> UInt32? {
        part.removeAll(keepingCapacity: true)
        guard let first = try chain.popPivot() else { return nil }
        let rank = codec.rank(~first.key, dimension: dimension)
        let last = ~(Key(truncatingIfNeeded: rank) << Key(codec.bits * (dimension - 1)))
        var next: Entry? = first
        while let term = next {
            part.append(link(of: term, rank: rank))
            next = try chain.popPivot(upTo: last)
        }
        return rank
    }

    /// Takes all that is left of the cycle.
    func drain() throws(HomologyError) -> Storage<Entry> {
        drained.removeAll()
        while let term = try chain.popPivot() { try drained.append(Entry(~term.key, term.coefficient)) }
        let terms = try Storage<Entry>(count: drained.count, memory: memory)
        terms.base.update(from: drained.base, count: drained.count)
        return terms
    }

    /// σ of a term e ∗ σ, with the sign that sorting costs.
    private func link(of term: Entry, rank: UInt32) -> Entry {
        let ends = graph.ends(of: rank)
        simplex.decode(
            ~term.key, dimension: dimension, codec: codec, rank: rank, ends: ends,
            pivot: blocks.pivot(of: rank))
        var key: Key = 0
        var (before, place) = (0, 0)
        for v in simplex.allVertices {
            if v == ends.0 || v == ends.1 {
                before += place
            } else {
                key = key << Key(codec.bits) | Key(v)
            }
            place += 1
        }
        return Entry(key, field.alternating(term.coefficient, before - 1))
    }

    private typealias Edge = (rank: UInt32, ends: (UInt32, UInt32))

    /// The longest edge of `face`; any of rank 0 where it is a vertex.
    private func longestEdge() -> Edge {
        var longest: Edge = (0, (none, none))
        for i in 1..<max(dimension, 1) {
            for j in 0..<i {
                let rank = scanner.rank(face[j], face[i])
                if rank >= longest.rank { longest = (rank, (face[j], face[i])) }
            }
        }
        return longest
    }

    /// Adds the simplex on `face`, whose longest edge is `longest`, and `end`.
    @inline(__always)
    private func add(_ coefficient: UInt32, joinedTo end: UInt32, _ longest: Edge) throws(HomologyError) {
        var longest = longest
        var larger = 0
        for place in 0..<dimension {
            let v = face[place]
            if v > end { larger &+= 1 }
            let rank = scanner.rank(end, v)
            if rank >= longest.rank { longest = (rank, (end, v)) }
        }
        let pivot = blocks.pivot(of: longest.rank)
        let bits = Key(truncatingIfNeeded: codec.bits)
        var key = Key(truncatingIfNeeded: longest.rank)
        var hasPivot = false
        var place = 0
        for corner in 0...dimension {
            let v: UInt32
            if corner == larger {
                v = end
            } else {
                v = face[place]
                place &+= 1
            }
            if v == longest.ends.0 || v == longest.ends.1 { continue }
            if v == pivot { hasPivot = true } else { key = key &<< bits | Key(truncatingIfNeeded: v &+ 1) }
        }
        try chain.add(~(hasPivot ? key &<< bits : key), field.alternating(coefficient, larger))
    }
}
