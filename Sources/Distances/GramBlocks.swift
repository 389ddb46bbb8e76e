internal import COpenBLAS
internal import DistanceKernels
internal import Hardware
internal import Vocabulary

/// The lower triangle of a distance matrix from products of matrices: |a − b|² = |a|² + |b|² − 2ab, the
/// products by OpenBLAS, a tile at a time on each worker.
///
/// The difference loses digits where points are near each other. Products are summed in runs of at most
/// 128 terms, so that the error of ab is at most (128 + d / 128) u (|a|² + |b|²) / 2 with u = 2⁻²⁴ for every
/// order of summation, and that of the distance, relatively, (131 + d / 128) u / 2θ where |a − b|² is
/// θ (|a|² + |b|²): below 1e-5 for θ ≥ ½ and d ≤ 4096. Pairs with less are computed again from the
/// coordinates as given, in double precision; equal points are at distance 0 by that.
struct GramBlocks: Sendable {
    private let points: PreparedPoints
    private let centred: CentredPoints
    private let kernels: DistanceKernels

    /// θ above.
    private static let leastShare: Float = 0.5
    /// A sum of squares near the end of the floats' range has lost digits too.
    private static let leastHalves: Float = 1e-30
    private static let termsAtOnce = 128
    static let highestDimension = 4096

    /// Large tiles, as OpenBLAS copies both sides of each product before it multiplies.
    private static let columnsAtOnce = 512
    private static let rowsAtDiagonal = 128

    /// As many as leave each worker several tiles.
    private func rowsAtOnce(workers: Int) -> Int {
        let strips = points.count * points.count / (2 * Self.columnsAtOnce * Self.rowsAtDiagonal)
        return Self.rowsAtDiagonal * max(1, min(4, strips / (8 * workers)))
    }

    /// Whether `points` have distances that products can give.
    static func suits(_ points: PreparedPoints) -> Bool {
        let isSquares = points.plan.sum == TDA_SUM_OF_SQUARES || points.plan.sum == TDA_ROOT_SUM_OF_SQUARES
        return isSquares && points.arithmetic != .doubles && points.isWithinFloatRange
            && points.dimension <= highestDimension
    }

    /// Nil where a sample says that many pairs would have to be computed again.
    init?(
        _ points: PreparedPoints, kernels: DistanceKernels, context: ComputeContext
    ) throws(DistanceError) {
        self.points = points
        self.kernels = kernels
        BLAS.prepare()
        centred = try CentredPoints(points, context: context)
        guard points.count > 1, points.share(context.team, ofPairsWhere: isDoubtful) <= Refinement.rare else {
            return nil
        }
    }

    /// Whether the points are too near each other for their lengths.
    private func isDoubtful(_ a: Int, _ b: Int) -> Bool {
        let halves = centred.halves[a] + centred.halves[b]
        return points.squaredDistance(a, b) / 2 < Double(Self.leastShare * halves)
            || halves < Self.leastHalves
    }

    /// All `pairs` distances in condensed order.
    func fill(_ pairs: Int, context: ComputeContext) throws(DistanceError) -> NumberArray<Float> {
        let tiles = TriangleTiles(
            rows: 0..<points.count, rowsAtOnce: rowsAtOnce(workers: context.team.size),
            columnsAtOnce: Self.columnsAtOnce, rowsAtDiagonal: Self.rowsAtDiagonal)
        let tileSize = tiles.rowsAtOnce * tiles.columnsAtOnce
        let bytes = context.team.size * tileSize * MemoryLayout<Float>.stride
        do { try context.memory.reserve(bytes) } catch { throw .memory(error) }
        let products = SharedBuffer(
            UnsafeMutablePointer<Float>.allocate(capacity: context.team.size * tileSize))
        defer {
            products.base.deallocate()
            context.memory.release(bytes)
        }
        return try condensedMatrix(pairs, of: Float.self, context: context) { distances in
            // Tiles side by side write to the same pages.
            LargeBlocks.touch(distances.base, count: pairs, context.team)
            tiles.forEach(context: context) { worker, tile in
                compute(tile, by: products.base + worker * tileSize, into: distances.base)
            }
        }
    }

    private func compute(
        _ tile: TriangleTiles.Tile, by products: UnsafeMutablePointer<Float>,
        into distances: UnsafeMutablePointer<Float>
    ) {
        let columns = tile.columns
        multiply(tile, into: products)
        tile.withOutputs(distances, .condensed) { out, wanted in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: tile.rows.count) { isDoubtful in
                var call = tda_products(
                    products: products, stride: columns.count, row_count: tile.rows.count,
                    row_halves: centred.halves + tile.rows.lowerBound,
                    column_halves: centred.halves + columns.lowerBound, out: out, wanted: wanted,
                    sum: points.plan.sum, factor: Float(points.factor), least_share: Self.leastShare,
                    least_halves: Self.leastHalves, is_doubtful: isDoubtful.baseAddress)
                guard kernels.run(&call) > 0 else { return }
                for row in 0..<tile.rows.count where isDoubtful[row] != 0 {
                    guard let found = out[row] else { continue }
                    recompute(
                        found, count: wanted[row], row: tile.rows.lowerBound + row, from: columns.lowerBound)
                }
            }
        }
    }

    private func multiply(_ tile: TriangleTiles.Tile, into products: UnsafeMutablePointer<Float>) {
        let dimension = centred.dimension
        for start in stride(from: 0, to: dimension, by: Self.termsAtOnce) {
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, blasint(tile.rows.count),
                blasint(tile.columns.count),
                blasint(min(Self.termsAtOnce, dimension - start)), 1,
                centred.coordinates + tile.rows.lowerBound * dimension + start, blasint(dimension),
                centred.coordinates + tile.columns.lowerBound * dimension + start, blasint(dimension),
                start == 0 ? 0 : 1, products, blasint(tile.columns.count))
        }
    }

    /// Computes the distances of `row` again that the kernel marked with −1.
    private func recompute(_ found: UnsafeMutablePointer<Float>, count: Int, row: Int, from firstColumn: Int)
    {
        for column in 0..<count where found[column] < 0 {
            let square = points.squaredDistance(row, firstColumn + column)
            let distance = points.plan.sum == TDA_ROOT_SUM_OF_SQUARES ? square.squareRoot() : square
            found[column] = Float(distance * points.factor)
        }
    }
}

/// OpenBLAS as this process uses it.
private enum BLAS {
    private static let oneThread: Void = openblas_set_num_threads(1)

    /// Keeps OpenBLAS from starting work on threads of its own: the pools own the cores.
    static func prepare() { _ = oneThread }
}
