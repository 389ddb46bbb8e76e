internal import DistanceKernels
public import Hardware
internal import Synchronization
public import Vocabulary

/// Distances between the points of a cloud, on the threads of a team or on a device.
///
/// Coordinates given as float32 are computed with as float32, sums in short runs: the relative error
/// stays below 1e-6, or below 1e-5 by `Method.products`. Coordinates given as float64 are computed with as
/// they are and rounded once at the end, but by products. Cosine and correlation start from unit vectors
/// in double precision (see `Refinement`). Equal points have distance exactly 0. A distance depends on the
/// method, but not on the team or, taken directly, on whether it is asked for in a matrix or as a neighbour.
public enum PairwiseDistances {
    /// The instruction set in use: `baseline`, `avx2` or `avx512`.
    public static var instructionSet: String { DistanceKernels.selected.name }

    /// How the distances of a matrix are computed.
    public enum Method: Sendable {
        /// From the differences of coordinates, by the vector kernels.
        case differences
        /// From products of matrices, by OpenBLAS. For euclidean, sqeuclidean, cosine and correlation in
        /// float32; where it does not suit the points, and where many of them are near each other, the
        /// differences are taken.
        case products
        /// From differences, on an OpenCL device; on the host where the device cannot, or fails.
        case device(OpenCLDevice)
    }

    /// The distances of all pairs, taken directly.
    ///
    /// The account counts the matrix for as long as it is there.
    /// - Throws: `DistanceError.invalidInput` for a point that has no distance under the metric and for
    ///   a distance beyond the largest finite number of `precision`, naming the points.
    public static func matrix(
        of cloud: PointCloud, metric: Metric, precision: Precision, context: ComputeContext
    ) throws(DistanceError) -> DistanceMatrix {
        try matrix(of: cloud, metric: metric, precision: precision, by: .differences, context: context).matrix
    }

    /// The distances of all pairs by `method` as far as that goes, and what has computed them in the end,
    /// e.g. `cpu-avx2`, `openblas` or `opencl`.
    public static func matrix(
        of cloud: PointCloud, metric: Metric, precision: Precision, by method: Method, context: ComputeContext
    ) throws(DistanceError) -> (matrix: DistanceMatrix, backend: String) {
        try matrix(
            of: cloud, metric: metric, precision: precision, by: method, kernels: .selected, context: context)
    }

    package static func matrix(
        of cloud: PointCloud, metric: Metric, precision: Precision, by method: Method = .differences,
        kernels: DistanceKernels, context: ComputeContext
    ) throws(DistanceError) -> (matrix: DistanceMatrix, backend: String) {
        let found = try matrix(
            of: cloud, metric: metric, precision: precision, by: method, numbered: false, kernels: kernels,
            context: context)
        return (found.matrix, found.backend)
    }

    /// The distances of all pairs by `method`, under numbers by which near points stand near each other where
    /// that is for the asking: where there are many points, and differences are taken.
    ///
    /// - Returns: also which point of the cloud each of the matrix is, nil where the numbers are the cloud's.
    public static func numberedMatrix(
        of cloud: PointCloud, metric: Metric, precision: Precision, by method: Method, context: ComputeContext
    ) throws(DistanceError) -> (matrix: DistanceMatrix, labels: [Int32]?, backend: String) {
        try matrix(
            of: cloud, metric: metric, precision: precision, by: method, numbered: true, kernels: .selected,
            context: context)
    }

    /// The distances of all pairs in float32, by `method` and under numbers as those of `numberedMatrix`,
    /// left in a square that the caller has: row r of the lower triangle from `square + r * stride` on.
    ///
    /// - Parameter method: not by products.
    /// - Parameter whenFilled: called by the workers, once for each tile of the lower triangle with its diagonal,
    ///   when its distances are there and still in the cache. Tiles begin at multiples of `tileSide` and are
    ///   `tileSide` rows high and some times as wide, but for the last ones.
    /// - Returns: also which point of the cloud each of the matrix is, nil where the numbers are the cloud's.
    /// - Throws: as `matrix` does.
    public static func fillSquare(
        _ square: UnsafeMutablePointer<Float>, stride: Int, of cloud: PointCloud, metric: Metric,
        by method: Method = .differences, context: ComputeContext,
        whenFilled: @Sendable (_ worker: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void
    ) throws(DistanceError) -> (labels: [Int32]?, backend: String) {
        context.progress.enter("distances", at: 0)
        let points = try PreparedPoints(cloud, metric: metric, precision: .float32, context: context)
        let order = try order(of: points, context: context)
        let filled = SharedBuffer(square)
        let infinite = Atomic<Int>(.max)
        let mayBeInfinite = mayHaveInfinity(points, .float32)
        let take = { @Sendable (worker: Int, rows: Range<Int>, columns: Range<Int>) in
            if mayBeInfinite {
                for a in rows {
                    let row = UnsafeBufferPointer(start: filled.base + a * stride, count: a)
                    if let b = row[columns.clamped(to: 0..<a)].firstIndex(of: .infinity) {
                        infinite.min(a * (a - 1) / 2 + b, ordering: .relaxed)
                    }
                }
            }
            whenFilled(worker, rows, columns)
        }
        let onDevice = device(method, points, order)?.fill(
            filled, .square(stride: stride), context: context, whenFilled: take)
        let first = onDevice ?? 0
        if first < cloud.count {
            let blocks = try blocks(points, order, .selected, context)
            blocks.fill(
                first..<cloud.count, of: filled, stride: stride, context: context, whenFilled: take)
        }
        if let reason = context.stop.reason { throw .stopped(reason) }
        let place = infinite.load(ordering: .relaxed)
        if place < .max { throw .invalidInput(tooLarge(place, order, .float32)) }
        return (order, backend(.selected, onDevice: first, of: cloud.count))
    }

    private static func device(
        _ method: Method, _ points: PreparedPoints, _ order: [Int32]?
    ) -> OpenCLDistances? {
        guard case .device(let device) = method else { return nil }
        return OpenCLDistances(points, order: order, device: device)
    }

    private static func blocks(
        _ points: PreparedPoints, _ order: [Int32]?, _ kernels: DistanceKernels, _ context: ComputeContext
    ) throws(DistanceError) -> TriangleBlocks {
        let panels = try PointPanels(points, order: order, context: context)
        return TriangleBlocks(points: points, order: order, panels: panels, kernels: kernels)
    }

    /// What has computed `rows` rows in the end.
    private static func backend(_ kernels: DistanceKernels, onDevice: Int, of rows: Int) -> String {
        onDevice == rows ? "opencl" : "cpu-\(kernels.name)"
    }

    /// The numbers under which near points stand near each other; nil for few points.
    private static func order(
        of points: PreparedPoints, context: ComputeContext
    ) throws(DistanceError) -> [Int32]? {
        points.count > fewPoints ? try PanelTree(points, context: context).order : nil
    }

    /// Rows of a tile of `fillSquare`.
    public static let tileSide = 64

    /// So few are near each other under any numbers.
    private static let fewPoints = 256

    private static func matrix(
        of cloud: PointCloud, metric: Metric, precision: Precision, by method: Method, numbered: Bool,
        kernels: DistanceKernels, context: ComputeContext
    ) throws(DistanceError) -> (matrix: DistanceMatrix, labels: [Int32]?, backend: String) {
        context.progress.enter("distances", at: 0)
        let points = try PreparedPoints(cloud, metric: metric, precision: precision, context: context)

        var order: [Int32]?
        switch method {
        case .differences, .device: if numbered { order = try Self.order(of: points, context: context) }
        case .products: break
        }
        let pairs = cloud.count * (cloud.count - 1) / 2
        let distances: Numbers
        let backend: String
        switch precision {
        case .float32:
            let found = try floats(pairs, points, order, method, kernels, context)
            (distances, backend) = (.float32(found.values), found.backend)
        case .float64:
            let found = try numbers(Double.self, pairs, points, order, method, kernels, context)
            (distances, backend) = (.float64(found.values), found.backend)
        }
        do throws(InvalidInput) {
            try refuseInfinity(in: distances, of: points, order)
        } catch {
            throw .invalidInput(error)
        }
        return (DistanceMatrix(computed: distances, count: cloud.count), order, backend)
    }

    private static func floats(
        _ pairs: Int, _ points: PreparedPoints, _ order: [Int32]?, _ method: Method,
        _ kernels: DistanceKernels, _ context: ComputeContext
    ) throws(DistanceError) -> (values: NumberArray<Float>, backend: String) {
        if case .products = method, GramBlocks.suits(points),
            let blocks = try GramBlocks(points, kernels: kernels, context: context)
        {
            return (try blocks.fill(pairs, context: context), "openblas")
        }
        return try numbers(Float.self, pairs, points, order, method, kernels, context)
    }

    private static func numbers<Value: BinaryFloatingPoint & Sendable>(
        _ type: Value.Type, _ pairs: Int, _ points: PreparedPoints, _ order: [Int32]?, _ method: Method,
        _ kernels: DistanceKernels, _ context: ComputeContext
    ) throws(DistanceError) -> (values: NumberArray<Value>, backend: String) {
        var onDevice = 0
        let values = try condensedMatrix(pairs, of: type, context: context) {
            distances throws(DistanceError) in
            onDevice =
                device(method, points, order)?.fill(distances, .condensed, context: context) { _, _, _ in }
                ?? 0
            guard onDevice < points.count, !context.stop.isStopped else { return }
            let blocks = try blocks(points, order, kernels, context)
            blocks.fill(onDevice..<points.count, of: distances, context: context)
        }
        return (values, backend(kernels, onDevice: onDevice, of: points.count))
    }

    private static func refuseInfinity(
        in distances: Numbers, of points: PreparedPoints, _ order: [Int32]?
    ) throws(InvalidInput) {
        guard mayHaveInfinity(points, distances.precision) else { return }
        let place =
            switch distances {
            case .float32(let values): values.firstIndex(of: .infinity)
            case .float64(let values): values.firstIndex(of: .infinity)
            }
        if let place {
            throw tooLarge(place, order, distances.precision)
        }
    }

    /// Whether the coordinates are large enough for a distance beyond all numbers.
    private static func mayHaveInfinity(_ points: PreparedPoints, _ precision: Precision) -> Bool {
        let bound = points.plan.bound(magnitude: points.magnitude, dimension: points.dimension)
        return !(bound < (precision == .float32 ? Double(Float.greatestFiniteMagnitude) : .infinity))
    }

    /// Names the points of a pair by its place in condensed order as the cloud does, the larger number first.
    private static func tooLarge(_ place: Int, _ order: [Int32]?, _ precision: Precision) -> InvalidInput {
        var (a, b) = DistanceMatrix.position(ofCondensed: place)
        if let order { (a, b) = (Int(order[a]), Int(order[b])) }
        return .distanceTooLarge(a: max(a, b), b: min(a, b), precision: precision)
    }
}
