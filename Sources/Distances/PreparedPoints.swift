internal import Hardware
internal import Vocabulary

/// A point cloud as a metric wants it: in the type that is computed in, normalised, scaled; row-major.
///
/// Owns the coordinates, or borrows the cloud's where they already are what is wanted.
struct PreparedPoints: Sendable {
    let count: Int
    let dimension: Int
    let coordinates: Scalars
    let plan: MetricPlan
    private(set) var arithmetic: Arithmetic
    /// What results are multiplied by.
    let factor: Double
    /// Whether coordinates and their squares stay in the range of floats.
    let isWithinFloatRange: Bool
    /// How many bytes were reserved for `coordinates`.
    let reserved: Int

    init(
        _ cloud: PointCloud, metric: Metric, precision: Precision, memory: MemoryAccount
    ) throws(DistanceError) {
        count = cloud.count
        dimension = cloud.dimension
        plan = MetricPlan(metric)
        let magnitude = cloud.coordinates.largestMagnitude
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
            coordinates = cloud.coordinates
            reserved = 0
            return
        }
        let bytes = cloud.coordinates.count * MemoryLayout<Double>.stride
        do { try memory.reserve(bytes) } catch { throw .memory(error) }
        do {
            let normalisation = plan.normalisation
            var doubles: [Double]
            switch cloud.coordinates {
            case .float32(let values): doubles = values.map(Double.init)
            case .float64(let values): doubles = values
            }
            if scale != 1 {
                for index in doubles.indices { doubles[index] *= scale }
            }
            for point in 0..<count {
                try normalise(
                    &doubles, point: point, dimension: cloud.dimension, as: normalisation, metric: metric)
            }
            coordinates = .float64(doubles)
            reserved = bytes
            if precision == .float32, normalisation != .none, Refinement.pays(self) { arithmetic = .floats }
        } catch {
            memory.release(bytes)
            throw .invalidInput(error)
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
        _ values: [Value], _ a: Int, _ b: Int, _ dimension: Int
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

/// Brings the coordinates of `point` to length 1.
private func normalise(
    _ coordinates: inout [Double], point: Int, dimension: Int, as normalisation: MetricPlan.Normalisation,
    metric: Metric
) throws(InvalidInput) {
    guard normalisation != .none else { return }
    let range = point * dimension..<(point + 1) * dimension
    // Over the largest first, so that neither sum nor squares overflow.
    let largest = coordinates[range].reduce(0) { max($0, abs($1)) }
    let first = coordinates[range.lowerBound]
    if normalisation == .centredUnit, coordinates[range].allSatisfy({ $0 == first }) {
        throw .noDistance(
            point: point, reason: "has \(dimension) equal coordinates: its correlation is undefined")
    }
    guard largest > 0 else {
        throw .noDistance(
            point: point, reason: "is the zero vector: its \(metric.name) distance is undefined")
    }
    for index in range { coordinates[index] /= largest }
    if normalisation == .centredUnit {
        let mean = coordinates[range].reduce(0, +) / Double(dimension)
        for index in range { coordinates[index] -= mean }
    }
    let length = coordinates[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
    for index in range { coordinates[index] /= length }
}

extension Scalars {
    /// The largest absolute value, 0 for none.
    var largestMagnitude: Double {
        func largest<Value: BinaryFloatingPoint>(_ values: [Value]) -> Value {
            values.withUnsafeBufferPointer { values in
                var largest: Value = 0
                for value in values where value.magnitude > largest { largest = value.magnitude }
                return largest
            }
        }
        return switch self {
        case .float32(let values): Double(largest(values))
        case .float64(let values): largest(values)
        }
    }
}
