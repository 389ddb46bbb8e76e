internal import DistanceKernels
internal import Hardware

/// The lower triangle of a distance matrix by the kernels, which take differences directly.
struct TriangleBlocks: Sendable {
    let points: PreparedPoints
    /// Which point stands where in the panels; nil for the order of the cloud.
    let order: [Int32]?
    let panels: PointPanels
    let kernels: DistanceKernels

    /// A multiple of the rows that any kernel keeps in registers.
    private var rowsAtOnce: Int { points.plan.sum == TDA_POWER_MEAN ? 8 : 96 }

    /// Whole rows where the dimension is low: their places in the matrix follow one another, so that workers
    /// write to pages far apart, which each of them would clear otherwise. Elsewhere as many columns as the
    /// second cache holds, and never so many terms that a tile takes more than a millisecond or two.
    private var columnsAtOnce: Int {
        let panel = panels.width * panels.dimension
        let cached = (384 << 10) / (panel * points.arithmetic.coordinateBytes)
        return panels.width * max(1, min(cached, 8_000_000 / (rowsAtOnce * panel)))
    }

    /// Fills `rows` of a condensed matrix. Leaves distances undone where the stop signal was raised meanwhile.
    func fill<Value: BinaryFloatingPoint & Sendable>(
        _ rows: Range<Int>, of distances: SharedBuffer<Value>, context: ComputeContext
    ) {
        let tiles = TriangleTiles(rows: rows, rowsAtOnce: rowsAtOnce, columnsAtOnce: columnsAtOnce)
        tiles.forEach(context: context) { _, tile in compute(tile, into: distances.base, .condensed) }
    }

    /// Fills `rows` of the lower triangle of a square, in tiles as `PairwiseDistances.fillSquare` says. Leaves
    /// distances undone where the stop signal was raised meanwhile.
    func fill(
        _ rows: Range<Int>, of square: SharedBuffer<Float>, stride: Int, context: ComputeContext,
        whenFilled: @Sendable (_ worker: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void
    ) {
        let side = PairwiseDistances.tileSide
        let tiles = TriangleTiles(
            rows: rows, rowsAtOnce: side,
            columnsAtOnce: max(side, min(8 * side, columnsAtOnce / side * side)), meetsDiagonal: true)
        tiles.forEach(context: context) { worker, tile in
            for row in Swift.stride(from: tile.rows.lowerBound, to: tile.rows.upperBound, by: rowsAtOnce) {
                if context.stop.isStopped { return }
                let rows = row..<min(row + rowsAtOnce, tile.rows.upperBound)
                let part = TriangleTiles.Tile(rows: rows, columns: tile.columns)
                compute(part, into: square.base, .square(stride: stride))
            }
            whenFilled(worker, tile.rows, tile.columns)
        }
    }

    private func compute<Value>(
        _ tile: TriangleTiles.Tile, into distances: UnsafeMutablePointer<Value>, _ layout: TriangleLayout
    ) {
        tile.withOutputs(distances, layout) { out, wanted in
            out.withMemoryRebound(to: UnsafeMutableRawPointer?.self, capacity: tile.rows.count) { out in
                var call = tda_block(
                    panels: panels.base, dimension: panels.dimension, first_row: tile.rows.lowerBound,
                    row_count: tile.rows.count, first_panel: tile.columns.lowerBound / panels.width,
                    panel_count: (tile.columns.count + panels.width - 1) / panels.width, out: out,
                    wanted: wanted, sum: points.plan.sum, exponent: points.plan.exponent,
                    factor: points.factor)
                kernels.run(points.arithmetic, &call)
                points.refine(call, order: order)
            }
        }
    }
}
