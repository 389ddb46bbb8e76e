import Hardware
import Vocabulary

/// No edge, and no vertex: the highest 32-bit number.
let none = UInt32.max

/// A filtered graph whose edges are known by rank: their place in the order by (length, larger end,
/// smaller end). Everything downstream compares ranks, never lengths; ties are settled here, once.
protocol RankedGraph: Sendable {
    /// The scanner of one worker.
    associatedtype Scanner: RankScanner

    /// Edges in order, as `emptyLunes` finds them.
    associatedtype Edges: EdgeSequence

    /// A pass for the edges whose lunes may not be connected.
    associatedtype LuneWindows: PersistentHomology.LuneWindows

    var vertexCount: Int { get }
    /// The edges of the filtration, and how many of them, the first ones, have a rank by now.
    var totalEdgeCount: Int { get }
    var edgeCount: Int { get }
    /// Ranks more edges: a batch of those up to `length`, or where they are ranked already about as many
    /// again; false when all have a rank. For phases in which no worker looks at the graph.
    func rankMore(upTo length: Double) throws(HomologyError) -> Bool
    /// The edges with an empty lune, in order: among them all that join two components. Where only
    /// those are asked for there may be others.
    func emptyLunes(
        forForestOnly: Bool, blocks: Blocks?, scratch: WorkerScratch<Scanner>
    ) throws(HomologyError) -> Edges
    /// Writes the codes of all blocks into their places, by rank; tells how far it is.
    func findBlocks(
        into codes: Storage<UInt32>, scratch: WorkerScratch<Scanner>, context: ComputeContext,
        progress: @Sendable (Double) -> Void
    ) throws(HomologyError)
    func makeLuneWindows(_ context: ComputeContext) -> LuneWindows
    /// Whether the pass over all blocks takes less than the empty lunes and the windows without it.
    var findsBlocksSooner: Bool { get }
    /// The bars of dimension 1 over Z/2, where there is a quicker way to them than that of `CycleReduction`.
    func smallBars(_ critical: inout CriticalEdges<Self>) throws(HomologyError) -> [PersistencePair]?
    /// Nil where it has none yet.
    func rank(ofEdgeAt place: Int, in edges: Edges) -> UInt32?
    /// The ends of the edge of rank `rank`, the larger first.
    func ends(of rank: UInt32) -> (UInt32, UInt32)
    /// The edges fall into this many groups whose ends lie close together in memory; passes that may
    /// take edges in any order go group by group.
    var edgeGroupCount: Int { get }
    func edgeGroup(of rank: UInt32) -> Int
    func forEachEdge(
        inGroup group: Int, _ body: (UInt32) throws(HomologyError) -> Void) throws(HomologyError)
    /// The filtration value of the edge of rank `rank`; zero is never -0, so that equal bars are
    /// equal to the byte.
    func length(of rank: UInt32) -> Double
    /// The number that the caller gave to vertex `v`.
    func label(of v: UInt32) -> UInt32
    func makeScanner() throws(HomologyError) -> Scanner
    /// The graph as a device takes it; nil where it is no matrix.
    var deviceRows: DeviceRows? { get }
}

extension RankedGraph {
    func smallBars(_: inout CriticalEdges<Self>) throws(HomologyError) -> [PersistencePair]? { nil }
    var deviceRows: DeviceRows? { nil }
    var findsBlocksSooner: Bool { false }
}

/// Finds the edges whose lune may not be connected, window after window of ranks, in ascending order.
protocol LuneWindows {
    /// The edges that are worth a window.
    static var smallest: Int { get }
    /// The ranks of such edges in `window`. Not empty lunes, but for a few.
    ///
    /// - Parameter blocks: the pass over all edges, where there was one.
    func unconnectedLunes(in window: Range<Int>, blocks: Blocks?) throws(HomologyError) -> Storage<UInt32>
}

/// The adjacency of a lune, a row at a time.
protocol LuneRows: AnyObject {
    /// The neighbours of the vertex at `position` in `lune`, by edges of rank below the lune's, as
    /// bits over positions.
    func row(_ position: Int, of lune: LuneGraph) -> UnsafePointer<UInt64>
}

/// What one worker asks of a ranked graph. Holds the worker's scratch memory; outputs stay valid
/// until the next call.
///
/// The lune of edge ab of rank r is the set of vertices v with rank(av) < r and rank(bv) < r: the
/// triangles that r closes.
protocol RankScanner: LuneRows {
    /// The rank of the edge uv, or `none`.
    func rank(_ u: UInt32, _ v: UInt32) -> UInt32

    func isLuneEmpty(of rank: UInt32) -> Bool

    /// The vertex of the lune of `rank` whose longer edge to the ends is shortest; nil when it is empty.
    func nearestLuneVertex(of rank: UInt32) -> UInt32?

    /// The connected components of the lune of `rank` under edges of lower rank.
    ///
    /// - Parameter seed: a vertex of the component to name first; nil for the one nearest to both ends.
    func components(
        of rank: UInt32, startingAt seed: UInt32?, into found: inout LuneComponents) throws(HomologyError)

    /// Fills `lune` with the vertices of the lune of `rank`. Its rows can be asked for until the
    /// scanner is asked about another lune.
    func lune(of rank: UInt32, into lune: LuneGraph) throws(HomologyError)

    /// Where `between` leaves what it found.
    var foundVertices: UnsafeMutablePointer<UInt32> { get }
    var foundRanks: UnsafeMutablePointer<UInt32> { get }

    /// Every vertex v for which the highest rank among its edges to all of `vertices` is in
    /// `low..<high`, ascending, with that rank. Returns how many there are.
    func between(_ vertices: UnsafeBufferPointer<UInt32>, low: UInt32, high: UInt32) -> Int

    /// Whether some v < `limit` is joined to all of `vertices` by edges of rank < `bound`.
    func hasCommonNeighbour(
        _ vertices: UnsafeBufferPointer<UInt32>, below limit: UInt32, within bound: UInt32
    ) -> Bool
}

/// The simplices whose longest edge has rank r form the block of r; its shape is that of the flag
/// complex on the lune (docs/engine.md).
enum Block {
    /// The lune is empty: the edge is critical, alone in its block.
    case critical
    /// `apex` is joined to all the rest of the lune: everything in the block cancels.
    case closed(apex: UInt32)
    /// No apex. `pivot` is the vertex that the block's order puts first.
    case open(pivot: UInt32)
}
