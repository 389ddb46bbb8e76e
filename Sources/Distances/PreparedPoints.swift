internal import DistanceKernels
internal import Hardware
internal import Synchronization
internal import Vocabulary

/// A point cloud as a metric wants it: in the type that is computed in, normalised, scaled; row-major.
///
/// Owns the coordinates, or borrows the cloud's where they already are what is wanted.
struct PreparedPoints: Sendable {
    let count: Int
    let dimension: Int
    let coordinates: Numbers
    let plan: MetricPlan
    private(set) var arithmetic: Arithmetic
    /// What results are multiplied by.
    let factor: Double
    /// The largest coordinate of the cloud, without its sign.
    let magnitude: Double
    /// Whether coordinates and their squares stay in the range of floats.
    let isWithinFloatRange: Bool

    init(
        _ cloud: PointCloud, metric: Metric, precision: Precision, context: ComputeContext
    ) throws(DistanceError) {
        count = cloud.count
        dimension = cloud.dimension
        plan = MetricPlan(metric)
        magnitude = cloud.coordinates.largestMagnitude(context.team)
        isWithinFloatRange = plan.isWithinFloatRange(magnitude: magnitude)
        let suitsFloats =
            cloud.coordinates.precision == .float32 && plan.normalisation == .none && isWithinFloatRange
        arithmetic =
            switch precision {
            case .float64: .doubles
            case .float32: suitsFloats ? .floats : .doublesToFloats
            }
        let scale = arithmetic.usesDoubles ? plan.scale(magnitude: magnitude) : 1
        factor = plan.factor(scale: scale)

        let wanted: Precision = arithmetic.usesDoubles ? .float64 : .float32
        if plan.normalisation == .none, scale == 1, cloud.coordinates.precision == wanted {
            coordinates = Numbers(cloud.coordinates)
            return
        }
        let preparation = Preparation(plan: plan, dimension: dimension, scale: scale)
        coordinates = .float64(try preparation.doubles(of: cloud.coordinates, context))
        if precision == .float32, plan.normalisation != .none, Refinement.pays(self, context.team) {
            arithmetic = .floats
        }
    }
}

extension PreparedPoints {
    /// The squared distance of two prepared points, in double precision.
    func squaredDistance(_ a: Int, _ b: Int) -> Double {
        switch coordinates {
        case .float32(let values): Self.squaredDistance(values, a * dimension, b * dimension, dimension)
        case .float64(let values): Self.squaredDistance(values, a * dimension, b * dimension, dimension)
        }
    }

    private static func squaredDistance<Value: BinaryFloatingPoint>(
        _ values: NumberArray<Value>, _ a: Int, _ b: Int, _ dimension: Int
    ) -> Double {
        values.withUnsafeBufferPointer { values in
            // Four sums side by side: one alone waits for itself at each term.
            var sums = SIMD4<Double>()
            var k = 0
            while k &+ 4 <= dimension {
                var difference = SIMD4<Double>()
                for lane in 0..<4 {
                    difference[lane] = Double(values[a &+ k &+ lane]) - Double(values[b &+ k &+ lane])
                }
                sums += difference * difference
                k &+= 4
            }
            var total = sums.sum()
            while k < dimension {
                let difference = Double(values[a &+ k]) - Double(values[b &+ k])
                total += difference * difference
                k &+= 1
            }
            return total
        }
    }
}

extension Scalars {
    /// The largest absolute value, 0 for none.
    func largestMagnitude(_ team: any Team) -> Double {
        switch self {
        case .float32(let values): Double(Self.largest(of: values, team, tda_largest_magnitude_floats))
        case .float64(let values): Self.largest(of: values, team, tda_largest_magnitude_doubles)
        }
    }

    private static func largest<Value: BinaryFloatingPoint & Sendable>(
        of values: [Value], _ team: any Team,
        _ largestMagnitude: @Sendable (UnsafePointer<Value>?, Int) -> Value
    ) -> Value {
        let largest = Mutex(Value(0))
        team.forEachChunk(of: values.count, by: 1 << 17) { _, range in
            let here = values.withUnsafeBufferPointer {
                largestMagnitude($0.baseAddress.map { $0 + range.lowerBound }, range.count)
            }
            largest.withLock { $0 = max($0, here) }
        }
        return largest.withLock { $0 }
    }
}
