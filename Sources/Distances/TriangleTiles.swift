internal import Hardware
internal import Vocabulary

/// Rows of the lower triangle of a square, cut into tiles that one worker computes at a time.
struct TriangleTiles: Sendable {
    /// Those whose pairs are wanted.
    let rows: Range<Int>
    let rowsAtOnce: Int
    let columnsAtOnce: Int
    /// Rows of the tiles that meet the diagonal, beyond which there is nothing to do, where these are to be
    /// cut by themselves.
    var rowsAtDiagonal: Int?
    /// Whether tiles reach to the diagonal itself, where nothing is to be computed.
    var meetsDiagonal = false

    /// Row r of a tile has the pairs with the columns below r.
    struct Tile: Sendable {
        let rows: Range<Int>
        let columns: Range<Int>

        /// Calls `body` with the place of each row's first pair, and how many pairs of the tile the row has.
        func withOutputs<Pointee>(
            _ distances: UnsafeMutablePointer<Pointee>, _ layout: TriangleLayout,
            _ body: (UnsafeMutablePointer<UnsafeMutablePointer<Pointee>?>, UnsafeMutablePointer<Int>) -> Void
        ) {
            withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Pointee>?.self, capacity: rows.count) {
                out in
                withUnsafeTemporaryAllocation(of: Int.self, capacity: rows.count) { wanted in
                    for (place, row) in rows.enumerated() {
                        let pairs = max(0, min(row - columns.lowerBound, columns.count))
                        let start = pairs == 0 ? 0 : layout.start(ofRow: row) + columns.lowerBound
                        out.initializeElement(at: place, to: distances + start)
                        wanted.initializeElement(at: place, to: pairs)
                    }
                    if let out = out.baseAddress, let wanted = wanted.baseAddress { body(out, wanted) }
                }
            }
        }
    }

    var tiles: [Tile] {
        var tiles: [Tile] = []
        for firstRow in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsAtOnce) {
            let rows = firstRow..<min(firstRow + rowsAtOnce, self.rows.upperBound)
            guard let rowsAtDiagonal else {
                tiles += cut(rows, from: 0, to: rows.upperBound - (meetsDiagonal ? 0 : 1))
                continue
            }
            tiles += cut(rows, from: 0, to: firstRow)
            for row in stride(from: firstRow, to: rows.upperBound, by: rowsAtDiagonal) {
                let end = min(row + rowsAtDiagonal, rows.upperBound)
                tiles += cut(row..<end, from: firstRow, to: end - 1)
            }
        }
        return tiles
    }

    private func cut(_ rows: Range<Int>, from first: Int, to end: Int) -> [Tile] {
        stride(from: first, to: end, by: columnsAtOnce).map {
            Tile(rows: rows, columns: $0..<min($0 + columnsAtOnce, end))
        }
    }

    /// Hands the tiles to the team. Ends early where the context's stop signal says so.
    func forEach(
        context: ComputeContext, progress: ClosedRange<Double> = 0...0.1,
        _ body: @Sendable (_ worker: Int, Tile) -> Void
    ) {
        let tiles = self.tiles
        context.team.forEachChunk(of: tiles.count, by: 1, stop: context.stop) { worker, range in
            for index in range { body(worker, tiles[index]) }
            // By the share of the tiles: those of the first rows are fewer, not smaller.
            context.progress.advance(by: Double(range.upperBound) / Double(tiles.count), of: progress)
        }
    }
}

/// Where the rows of a lower triangle stand; row r has r places.
enum TriangleLayout: Sendable {
    /// One behind the other.
    case condensed
    /// From a multiple of `stride` on.
    case square(stride: Int)

    func start(ofRow row: Int) -> Int {
        switch self {
        case .condensed: row * (row - 1) / 2
        case .square(let stride): row * stride
        }
    }
}

/// All `pairs` distances, filled by `compute`.
///
/// - Throws: `DistanceError.stopped` where the stop signal was raised meanwhile; as `NumberArray.counted` does.
func condensedMatrix<Value: BinaryFloatingPoint & Sendable>(
    _ pairs: Int, of type: Value.Type, context: ComputeContext,
    _ compute: (SharedBuffer<Value>) throws(DistanceError) -> Void
) throws(DistanceError) -> NumberArray<Value> {
    let distances = try NumberArray.counted(pairs, memory: context.memory, compute)
    if let reason = context.stop.reason { throw .stopped(reason) }
    return distances
}
