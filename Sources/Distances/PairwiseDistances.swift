internal import DistanceKernels
public import Hardware
public import Vocabulary

/// Distances between the points of a cloud, on the threads of a team.
///
/// Coordinates given as float32 are computed with as float32, sums in short runs: the relative error
/// stays below 1e-6. Coordinates given as float64 are computed with as they are and rounded once at
/// the end. Cosine and correlation start from unit vectors in double precision (see `Refinement`). Equal points have distance exactly 0, and a distance does
/// not depend on the team or on whether it is asked for in a matrix or as a neighbour.
public enum PairwiseDistances {
    /// The instruction set in use: `baseline`, `avx2` or `avx512`.
    public static var instructionSet: String { DistanceKernels.selected.name }

    /// The distances of all pairs.
    ///
    /// The matrix's bytes are reserved on the account and stay so: whoever lets it go releases them.
    /// - Throws: `DistanceError.invalidInput` for a point that has no distance under the metric and for
    ///   a distance beyond the largest finite number of `precision`, naming the points.
    public static func matrix(
        of cloud: PointCloud, metric: Metric, precision: Precision, context: ComputeContext
    ) throws(DistanceError) -> DistanceMatrix {
        try matrix(of: cloud, metric: metric, precision: precision, kernels: .selected, context: context)
    }

    package static func matrix(
        of cloud: PointCloud, metric: Metric, precision: Precision, kernels: DistanceKernels,
        context: ComputeContext
    ) throws(DistanceError) -> DistanceMatrix {
        context.progress.enter("distances", at: 0)
        let points = try PreparedPoints(cloud, metric: metric, precision: precision, memory: context.memory)
        defer { context.memory.release(points.reserved) }
        let panels = try PointPanels(points, context: context)
        let blocks = TriangleBlocks(points: points, panels: panels, kernels: kernels)

        let pairs = cloud.count * (cloud.count - 1) / 2
        let distances: Scalars =
            switch precision {
            case .float32: .float32(try blocks.fill(pairs, of: Float.self, context: context))
            case .float64: .float64(try blocks.fill(pairs, of: Double.self, context: context))
            }
        do throws(InvalidInput) {
            try refuseInfinity(in: distances, of: cloud, plan: points.plan)
        } catch {
            context.memory.release(pairs * (precision == .float32 ? 4 : 8))
            throw .invalidInput(error)
        }
        return DistanceMatrix(computed: distances, count: cloud.count)
    }

    /// Looks for infinities only where the coordinates are large enough for one.
    private static func refuseInfinity(
        in distances: Scalars, of cloud: PointCloud, plan: MetricPlan
    ) throws(InvalidInput) {
        let bound = plan.bound(magnitude: cloud.coordinates.largestMagnitude, dimension: cloud.dimension)
        let place: Int? =
            switch distances {
            case .float32(let values):
                bound < Double(Float.greatestFiniteMagnitude) ? nil : values.firstIndex(of: .infinity)
            case .float64(let values): bound < .infinity ? nil : values.firstIndex(of: .infinity)
            }
        if let place {
            let (a, b) = DistanceMatrix.position(ofCondensed: place)
            throw .distanceTooLarge(a: a, b: b, precision: distances.precision)
        }
    }
}
