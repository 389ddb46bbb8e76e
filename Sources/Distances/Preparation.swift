internal import Hardware
internal import Synchronization
internal import Vocabulary

/// What is done to the coordinates of points before distances in double precision, or between unit vectors,
/// are computed: scaled, or brought to length 1, each point by itself.
struct Preparation: Sendable {
    let plan: MetricPlan
    let dimension: Int
    /// What each coordinate is multiplied by.
    let scale: Double

    /// - Throws: for the first point that has no distance under the metric.
    func doubles(of given: Scalars, _ context: ComputeContext) throws(DistanceError) -> NumberArray<Double> {
        switch given {
        case .float32(let values): try prepare(values, context)
        case .float64(let values): try prepare(values, context)
        }
    }

    private func prepare<Value: BinaryFloatingPoint & Sendable>(
        _ values: [Value], _ context: ComputeContext
    ) throws(DistanceError) -> NumberArray<Double> {
        let firstFailure = Mutex<(point: Int, error: InvalidInput)?>(nil)
        let doubles = try NumberArray<Double>.counted(values.count, memory: context.memory) { prepared in
            let points = values.count / dimension
            context.team.forEachChunk(of: points, by: max(1, 16_384 / dimension)) { _, range in
                for point in range {
                    let place = prepared.base + point &* dimension
                    values.withUnsafeBufferPointer { values in
                        for k in 0..<dimension { place[k] = Double(values[point &* dimension &+ k]) * scale }
                    }
                    do throws(InvalidInput) {
                        try normalise(UnsafeMutableBufferPointer(start: place, count: dimension), of: point)
                    } catch {
                        // The same point whoever finds one first.
                        firstFailure.withLock { known in
                            if known.map({ point < $0.point }) ?? true { known = (point, error) }
                        }
                    }
                }
            }
        }
        if let failure = firstFailure.withLock({ $0 }) { throw .invalidInput(failure.error) }
        return doubles
    }

    /// Brings a point to length 1, its mean taken away first for correlation.
    private func normalise(
        _ coordinates: UnsafeMutableBufferPointer<Double>, of point: Int
    ) throws(InvalidInput) {
        guard plan.normalisation != .none, let first = coordinates.first else { return }
        if plan.normalisation == .centredUnit, coordinates.allSatisfy({ $0 == first }) {
            throw .noDistance(
                point: point, reason: "has \(dimension) equal coordinates: its correlation is undefined")
        }
        var largest = 0.0
        for k in 0..<dimension { largest = max(largest, abs(coordinates[k])) }
        guard largest > 0 else {
            throw .noDistance(
                point: point, reason: "is the zero vector: its \(plan.metric.name) distance is undefined")
        }
        // By a power of two first, so that neither sum nor squares overflow.
        let scale = Double(sign: .plus, exponent: min(1023, -largest.exponent), significand: 1)
        for k in 0..<dimension { coordinates[k] *= scale }
        if plan.normalisation == .centredUnit {
            var sum = 0.0
            for k in 0..<dimension { sum += coordinates[k] }
            let mean = sum / Double(dimension)
            for k in 0..<dimension { coordinates[k] -= mean }
        }
        guard let base = coordinates.baseAddress else { return }
        let inverse = 1 / sumOfSquares(base, dimension).squareRoot()
        for k in 0..<dimension { coordinates[k] *= inverse }
    }
}
