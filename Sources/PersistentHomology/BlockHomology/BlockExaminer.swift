import Hardware

/// Finds the homology of single blocks: that of the flag complexes on their lunes; scratch of one worker.
///
/// Sendable for that reason.
final class BlockExaminer<Graph: RankedGraph, Entry: ColumnEntry>: @unchecked Sendable {
    typealias Terms = [Entry]

    private let graph: Graph
    private let blocks: Blocks
    private let field: PrimeField
    private let codec: PositionCodec<Entry.Key>
    private let scanner: Graph.Scanner
    private let lune: LuneGraph
    private let dismantling: LuneDismantling<Graph.Scanner>
    private let context: ComputeContext
    private let filling: LuneFilling<Graph.Scanner, Entry>
    private var found: [FertileBlock<Entry>] = []

    init(
        graph: Graph, blocks: Blocks, field: PrimeField, codec: PositionCodec<Entry.Key>,
        scanner: Graph.Scanner,
        lune: LuneGraph, context: ComputeContext
    ) {
        self.graph = graph
        self.blocks = blocks
        self.field = field
        self.codec = codec
        self.scanner = scanner
        self.lune = lune
        dismantling = LuneDismantling(lune: lune, rows: scanner, memory: context.memory)
        self.context = context
        filling = LuneFilling(dismantling, codec: codec, field: field, context: context)
    }

    /// The blocks that `examine` has found since this was asked last.
    func takeFound() -> [FertileBlock<Entry>] {
        defer { found = [] }
        return found
    }

    /// Whether the open block of `rank` may have homology in one of `degrees`.
    func isFertile(_ rank: UInt32, degrees: ClosedRange<Int>) throws(HomologyError) -> Bool {
        guard let (degrees, center) = try begin(rank, degrees) else { return false }
        for degree in degrees {
            dismantling.allow(Self.mostWords)
            if try !dismantling.vanishes(try dismantling.start(), degree: degree, center: center) {
                return true
            }
        }
        return false
    }

    /// Notes the open block of `rank` where it may have homology, for each of `degrees`. Returns false when there is
    /// too much to tell.
    func examine(_ rank: UInt32, degrees: ClosedRange<Int>) throws(HomologyError) -> Bool {
        guard let (degrees, center) = try begin(rank, degrees) else { return true }
        for degree in degrees {
            dismantling.allow(Self.mostWords)
            let all = try dismantling.start()
            if try dismantling.vanishes(all, degree: degree, center: center) { continue }
            guard let homology = try homology(all, degree: degree) else { return false }
            let cycles = homology.cycles.map { byVertices($0, degree: degree) }
            found.append(FertileBlock(rank: rank, degree: degree, cycles: cycles))
        }
        return true
    }

    /// Begins with the lune of an open block. Returns those of `degrees` that are worth a look, and the position of
    /// the pivot vertex; nil where none is.
    private func begin(
        _ rank: UInt32, _ degrees: ClosedRange<Int>
    ) throws(HomologyError) -> (degrees: ClosedRange<Int>, center: Int)? {
        let lowest = max(degrees.lowerBound, blocks.mayBeUnconnected(rank) ? 0 : 1)
        if degrees.upperBound < lowest { return nil }
        try scanner.lune(of: rank, into: lune)
        return (lowest...degrees.upperBound, lune.position(of: blocks.pivot(of: rank)))
    }

    /// The homology of the block of `rank` in `degree`; nil where it is too much.
    func homology(ofBlock rank: UInt32, degree: Int) throws(HomologyError) -> LuneHomology<Entry>? {
        let all = try start(rank)
        dismantling.allow(Self.mostWords)
        return try homology(all, degree: degree)
    }

    /// The coordinates of `cycle`, by vertices, in a block with `homology`, and a chain as `LuneHomology` gives it.
    func coordinates(
        of cycle: Terms, at rank: UInt32, by homology: LuneHomology<Entry>
    ) throws(HomologyError) -> (coordinates: [UInt32], chain: Terms) {
        let all = try start(rank)
        let (coordinates, chain) = try homology.coordinates(
            of: byPositions(cycle, degree: homology.degree), in: dismantling, all: all, by: filling)
        return (coordinates, byVertices(chain, degree: homology.degree + 1))
    }

    /// A chain whose boundary is `cycle`, of `degree`, in the block of `rank`, whose homology vanishes there.
    func chain(filling cycle: Terms, at rank: UInt32, degree: Int) throws(HomologyError) -> Terms {
        if !blocks.isOpen(rank) {
            return filling.cone(Int(blocks.pivot(of: rank)), over: cycle, degree: degree)
        }
        let all = try start(rank)
        guard
            let chain = try filling.chain(
                filling: byPositions(cycle, degree: degree), in: all, degree: degree,
                center: lune.position(of: blocks.pivot(of: rank)))
        else { preconditionFailure("a cycle of a block without homology is filled") }
        return byVertices(chain, degree: degree + 1)
    }

    /// Begins with a lune that is known well enough: what has been shown once may take as long again.
    private func start(_ rank: UInt32) throws(HomologyError) -> VertexSet {
        try scanner.lune(of: rank, into: lune)
        dismantling.allow(.max)
        return try dismantling.start()
    }

    private func homology(_ all: VertexSet, degree: Int) throws(HomologyError) -> LuneHomology<Entry>? {
        try LuneHomology(
            of: dismantling, all: all, degree: degree, codec: codec, field: field, limit: Self.largestCore,
            context: context)
    }

    /// Simplices of a core that are looked at.
    private static var largestCore: Int { 1 << 14 }

    /// Words of rows that taking a lune apart may look at; some milliseconds.
    private static var mostWords: Int { 1 << 22 }

    /// Positions in the lune are in the order of vertices, so that signs stay.
    private func byPositions(_ chain: Terms, degree: Int) -> Terms {
        map(chain, degree: degree) { lune.position(of: UInt32(truncatingIfNeeded: $0)) }
    }

    private func byVertices(_ chain: Terms, degree: Int) -> Terms {
        map(chain, degree: degree) { Int(lune.vertices[$0]) }
    }

    private func map(_ chain: Terms, degree: Int, _ digit: (Int) -> Int) -> Terms {
        chain.map { term in
            var key: Entry.Key = 0
            for place in (0...degree).reversed() {
                key = key << Entry.Key(codec.bits) | Entry.Key(digit(codec.digit(term.key, place)))
            }
            return Entry(key, term.coefficient)
        }
    }
}

/// A block that may have homology in a degree, with cycles of its lune whose classes are a basis, by vertices.
struct FertileBlock<Entry: ColumnEntry>: Sendable {
    let rank: UInt32
    let degree: Int
    let cycles: [[Entry]]

    /// About what it takes.
    var bytes: Int { cycles.reduce(64) { $0 + 48 + $1.count * MemoryLayout<Entry>.stride } }
}
