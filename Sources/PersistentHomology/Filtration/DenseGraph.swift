import Hardware
import RankKernels
import Vocabulary

/// A ranked graph as a square matrix of ranks: every question is a scan over rows.
///
/// It begins with sort keys in the places of ranks; edges get their ranks in batches, the shortest
/// first, as far as somebody asks (`DenseGraph+Ranking`).
///
/// Sendable: the storages are written while it is built and between phases, and only read by workers.
struct DenseGraph: RankedGraph, PackedEdges, @unchecked Sendable {
    /// More points than this do not fit the packed ends, and their matrix no machine.
    static let maximumCount = 1 << 16

    let vertexCount: Int
    let lengths: DenseLengths
    let context: ComputeContext
    let rows: RankMatrix
    private let square: RankSquare
    let ranking: DenseRanking
    /// The place of each vertex in the matrix; nil where that is its number.
    let places: [UInt32]?
    /// What the caller calls the points of the matrix; nil where that is their place.
    private let labels: [Int32]?
    /// The edges up to the threshold, with or without a rank.
    let totalEdgeCount: Int

    /// Edges that have a rank.
    var edgeCount: Int { ranking.ends.count }

    /// Takes the edges up to `threshold`; none has a rank yet.
    ///
    /// - Parameter labels: the names of points that are numbered so that near ones are near; nil where their
    ///   numbers are their names, and may mean nothing.
    init(
        _ matrix: DistanceMatrix, labels: [Int32]?, threshold: Double, context: ComputeContext
    ) throws(HomologyError) {
        let places = labels == nil ? try LocalityOrder.points(of: matrix, context: context) : nil
        let square = try RankSquare(count: matrix.count, context: context)
        let filling = SquareFilling(
            rows: square.rows, count: matrix.count, places: places, context: context)
        let edgeCount =
            switch matrix.lowerTriangle {
            case .float32(let lengths):
                try LowerTriangle.withRows(of: lengths) { triangle throws(HomologyError) in
                    try filling.fill(triangle, threshold: threshold)
                }
            case .float64(let lengths):
                try LowerTriangle.withRows(of: lengths) { triangle throws(HomologyError) in
                    try filling.fill(triangle, threshold: threshold)
                }
            }
        self.init(square, .given(matrix), places: places, labels: labels, edgeCount: edgeCount, context)
    }

    /// The same for the distances of points, `edgeCount` of which are edges.
    ///
    /// - Parameter labels: nil where the numbers of vertices are their names, and these are few.
    init(_ square: RankSquare, labels: [Int32]?, edgeCount: Int, context: ComputeContext) {
        let lengths = ReservedArray<Float>(capacity: edgeCount, memory: context.memory)
        self.init(square, .byRank(lengths), places: nil, labels: labels, edgeCount: edgeCount, context)
    }

    private init(
        _ square: RankSquare, _ lengths: DenseLengths, places: [UInt32]?, labels: [Int32]?,
        edgeCount: Int, _ context: ComputeContext
    ) {
        vertexCount = square.count
        self.square = square
        rows = square.rows
        self.lengths = lengths
        self.places = places
        self.labels = labels
        self.context = context
        totalEdgeCount = edgeCount
        ranking = DenseRanking(capacity: edgeCount, memory: context.memory)
    }

    var packedEnds: UnsafePointer<UInt32> { UnsafePointer(ranking.ends.base) }

    // A group is a square tile of the matrix: few rows, which stay in the cache while the edges between
    // them are looked at.
    private static var tileSide: Int { 16 }
    private var tileCount: Int { (vertexCount + Self.tileSide - 1) / Self.tileSide }

    var edgeGroupCount: Int { tileCount * (tileCount + 1) / 2 }

    func edgeGroup(of rank: UInt32) -> Int {
        let (i, j) = ends(of: rank)
        let (row, column) = (Int(i) / Self.tileSide, Int(j) / Self.tileSide)
        return row * (row + 1) / 2 + column
    }

    @inline(__always)
    func forEachEdge(
        inGroup group: Int, _ body: (UInt32) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        let (tileRow, tileColumn) = triangularPosition(group)
        let rows = tileRow * Self.tileSide..<min((tileRow + 1) * Self.tileSide, vertexCount)
        let columns = tileColumn * Self.tileSide..<min((tileColumn + 1) * Self.tileSide, vertexCount)
        for i in rows {
            let row = self.rows.row(UInt32(i))
            for j in columns.lowerBound..<min(columns.upperBound, i) where row[j] < unranked {
                try body(row[j])
            }
        }
    }

    func length(of rank: UInt32) -> Double {
        switch lengths {
        case .given: length(ends(of: rank))
        case .byRank(let lengths): Double(lengths.base[Int(rank)])
        }
    }

    /// The length of the edge between two vertices, which is in the graph; zero is never -0.
    func length(_ ends: (UInt32, UInt32)) -> Double {
        switch lengths {
        case .given(let matrix): return matrix.distance(place(of: ends.0), place(of: ends.1)) + 0
        case .byRank:
            let rank = rows.rank(ends.0, ends.1)
            return rank < unranked ? length(of: rank) : Double(Float(bitPattern: rank & ~unranked))
        }
    }

    @inline(__always)
    func place(of v: UInt32) -> Int { places.map { Int($0[Int(v)]) } ?? Int(v) }

    func label(of v: UInt32) -> UInt32 {
        let place = place(of: v)
        return labels.map { UInt32(bitPattern: $0[place]) } ?? UInt32(place)
    }

    func makeScanner() throws(HomologyError) -> DenseScanner { try DenseScanner(self) }

    var deviceRows: DeviceRows? {
        DeviceRows(
            vertexCount: vertexCount, matrix: rows,
            lanes: UnsafeBufferPointer(start: square.lanes.base, count: square.lanes.count),
            ends: UnsafeBufferPointer(start: ranking.ends.base, count: ranking.ends.count))
    }
}

/// Where the lengths of a dense graph's edges are found.
enum DenseLengths {
    /// In the matrix that was given, by the places of both ends.
    case given(DistanceMatrix)
    /// By rank, in float32; the keys of edges without a rank are their lengths.
    case byRank(ReservedArray<Float>)

    var precision: Precision {
        switch self {
        case .given(let matrix): matrix.lowerTriangle.precision
        case .byRank: .float32
        }
    }
}

extension DistanceMatrix {
    fileprivate func distance(_ i: Int, _ j: Int) -> Double {
        i == j ? 0 : lowerTriangle[max(i, j) * (max(i, j) - 1) / 2 + min(i, j)]
    }
}

/// The row and column of place `index` in a lower triangle with its diagonal, row by row.
func triangularPosition(_ index: Int) -> (row: Int, column: Int) {
    var row = Int(((1 + 8 * Double(index)).squareRoot() - 1) / 2)
    while row * (row + 1) / 2 > index { row -= 1 }
    while (row + 1) * (row + 2) / 2 <= index { row += 1 }
    return (row, index - row * (row + 1) / 2)
}
