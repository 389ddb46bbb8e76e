public import Hardware
import Synchronization
import Vocabulary

/// The square of a dense graph while it is filled with the distances of points, in float32: they become sort
/// keys where they stand, and ranks later, so that there never is a matrix beside it.
///
/// Tiles of 64 rows, and some times as many columns, are handed over as their distances are there, while they are in
/// the cache: with a threshold their edges are entered at once, else the enclosing radius comes out first.
///
/// Sendable: tiles are disjoint, and whatever is said of all of them is atomic or a worker's own.
public final class DistanceSquare: @unchecked Sendable {
    let square: RankSquare
    private let bound: Float?
    private let threshold: Double?
    private let filling: SquareFilling
    private let kernels = KernelTable()
    private let edgeCount = Atomic<Int>(0)
    private let eccentricities: Eccentricities<Float>
    private let context: ComputeContext

    /// - Parameter threshold: nil for the enclosing radius.
    /// - Throws: `HomologyError.memory` when the account refuses, `.unsupported` for more points than a dense
    ///   graph can have.
    public init(count: Int, threshold: Double?, context: ComputeContext) throws(HomologyError) {
        square = try RankSquare(count: count, context: context)
        self.threshold = threshold
        bound = threshold.map { SquareFilling.bound($0) }
        filling = SquareFilling(rows: square.rows, count: count, places: nil, context: context)
        eccentricities = try Eccentricities(count: threshold == nil ? count : 0, context: context)
        self.context = context
    }

    /// Where row 0 of the lower triangle of the distances is to stand, and row v `stride * v` places further.
    public var distances: UnsafeMutablePointer<Float> {
        UnsafeMutableRawPointer(square.rows.base).assumingMemoryBound(to: Float.self)
    }

    public var stride: Int { square.rows.stride }

    private var triangle: LowerTriangle<Float> { LowerTriangle(base: distances, stride: stride) }

    /// Takes the distances of a tile that meets the diagonal or is left of it; called by the workers of the team,
    /// once for each.
    public func take(_ worker: Int, rows: Range<Int>, columns: Range<Int>) {
        let triangle = triangle
        guard let bound else {
            for row in rows where row > columns.lowerBound {
                eccentricities.enter(
                    worker, row: row, columns: columns.clamped(to: 0..<row), triangle, kernels)
            }
            return
        }
        let side = SquareFilling.side
        var found = 0
        for column in columns.lowerBound / side...(columns.upperBound - 1) / side {
            found += filling.complete(rows.lowerBound / side, column, triangle, within: bound, kernels)
        }
        edgeCount.add(found, ordering: .relaxed)
    }

    /// For when all tiles have been taken: the length up to which there are edges, and how many there are.
    func complete() throws(HomologyError) -> (threshold: Double, edgeCount: Int) {
        if let threshold { return (threshold, edgeCount.load(ordering: .relaxed)) }
        let radius = Double(eccentricities.least)
        return (radius, try filling.fill(triangle, threshold: radius))
    }
}

/// Memory for a square of ranks.
///
/// Sendable: who fills it gives each worker a part of its own.
final class RankSquare: Sendable {
    let count: Int
    let rows: RankMatrix
    let lanes: Storage<UInt32>

    init(count: Int, context: ComputeContext) throws(HomologyError) {
        guard count <= DenseGraph.maximumCount else {
            throw .unsupported(
                "a distance matrix of \(count) points; up to \(DenseGraph.maximumCount) are supported, "
                    + "give a sparse graph instead")
        }
        self.count = count
        lanes = try Storage(count: RankMatrix.size(rows: count, count: count), memory: context.memory)
        rows = RankMatrix(base: lanes.base, words: RankMatrix.wordCount(count))
        // All workers are about to write all over it.
        LargeBlocks.touch(lanes.base, count: lanes.count, context.team)
    }
}

/// Distances by row: row v has those to the vertices below v. Owns nothing.
///
/// Sendable: who works on it writes disjoint places.
struct LowerTriangle<Length: SortableLength>: @unchecked Sendable {
    private let base: UnsafePointer<Length>
    /// Nil where each row begins where the one before ends.
    private let stride: Int?

    init(base: UnsafePointer<Length>, stride: Int? = nil) {
        self.base = base
        self.stride = stride
    }

    @inline(__always)
    func row(_ v: Int) -> UnsafePointer<Length> {
        base + (stride.map { $0 &* v } ?? v &* (v &- 1) / 2)
    }

    /// Calls `body` with the condensed distances as rows.
    static func withRows<Result>(
        of condensed: NumberArray<Length>, _ body: (LowerTriangle) throws(HomologyError) -> Result
    ) throws(HomologyError) -> Result {
        try condensed.withUnsafeBufferPointer { lengths throws(HomologyError) in
            // Fewer than two points have no distances, and nobody reads any.
            let nothing = UnsafePointer<Length>(bitPattern: MemoryLayout<Length>.alignment)
            return try body(LowerTriangle(base: lengths.baseAddress ?? nothing.unsafelyUnwrapped))
        }
    }
}
