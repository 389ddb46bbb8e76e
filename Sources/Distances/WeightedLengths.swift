public import Hardware
public import Vocabulary

/// Plain distances to the lengths of a weighted filtration: see `Weighting`.
public enum WeightedLengths {
    /// `matrix` with lengths by `weights` and vertices that appear at their weights.
    ///
    /// The account counts the new matrix for as long as it is there.
    /// - Throws: `DistanceError.invalidInput` for a weight that `matrix`'s precision cannot hold.
    public static func apply(
        _ weights: [Double], _ exponent: Weighting.Exponent, to matrix: DistanceMatrix,
        context: ComputeContext
    ) throws(DistanceError) -> DistanceMatrix {
        let births = try births(weights, matrix.lowerTriangle.precision)
        func lengths<Length: BinaryFloatingPoint & Sendable>(
            _ distances: NumberArray<Length>, _ births: [Length]
        ) throws(DistanceError) -> NumberArray<Length> {
            try condensedMatrix(distances.count, of: Length.self, context: context) { lengths in
                context.team.forEachChunk(of: matrix.count, by: 16, stop: context.stop) { _, rows in
                    distances.withUnsafeBufferPointer { distances in
                        for a in rows {
                            let row = a * (a - 1) / 2
                            for b in 0..<a {
                                lengths.base[row + b] = Length(
                                    length(
                                        Double(distances[row + b]), Double(births[a]), Double(births[b]),
                                        exponent))
                            }
                        }
                    }
                }
            }
        }
        let weighted: Numbers =
            switch (matrix.lowerTriangle, births) {
            case (.float32(let distances), .float32(let births)): .float32(try lengths(distances, births))
            case (.float64(let distances), .float64(let births)): .float64(try lengths(distances, births))
            default: preconditionFailure("births were made in the matrix's precision")
            }
        return DistanceMatrix(computed: weighted, count: matrix.count, vertexBirths: births)
    }

    /// `graph` with lengths by `weights` and vertices that appear at their weights.
    public static func apply(
        _ weights: [Double], _ exponent: Weighting.Exponent, to graph: SparseGraph
    ) throws(DistanceError) -> SparseGraph {
        let births = try births(weights, graph.lengths.precision)
        func lengths<Length: BinaryFloatingPoint>(_ distances: [Length]) -> [Length] {
            distances.indices.map { edge in
                let (a, b) = (Int(graph.ends[2 * edge]), Int(graph.ends[2 * edge + 1]))
                return Length(length(Double(distances[edge]), births[a], births[b], exponent))
            }
        }
        let weighted: Scalars =
            switch graph.lengths {
            case .float32(let distances): .float32(lengths(distances))
            case .float64(let distances): .float64(lengths(distances))
            }
        return SparseGraph(computed: weighted, ends: graph.ends, count: graph.count, vertexBirths: births)
    }

    private static func births(
        _ weights: [Double], _ precision: Precision
    ) throws(DistanceError) -> Scalars {
        let births = Scalars.float64(weights).converted(to: precision)
        for point in 0..<weights.count where !births[point].isFinite {
            throw .invalidInput(
                .badParameter(
                    "weights[\(point)]", reason: "\(weights[point]) is beyond \(precision.rawValue)"))
        }
        return births
    }

    /// When the edge of length `distance` appears between vertices that appear at `u` and `v`.
    static func length(_ distance: Double, _ u: Double, _ v: Double, _ exponent: Weighting.Exponent) -> Double
    {
        let later = max(u, v)
        if distance == .infinity { return .infinity }
        switch exponent {
        case .infinity: return max(later, distance)
        case .one:
            return 2 * distance <= abs(u - v) ? later : max(later, distance + (u + v) / 2)
        case .two:
            let (half, offset) = ((u + v) / 2, (u - v) / 2)
            // 2d ≤ √|u² − v²|, which is twice the root of |half · offset|.
            if distance <= (abs(half) * abs(offset)).squareRoot() { return later }
            // Over the largest, so that no square overflows.
            let scale = max(distance, half)
            let (d, h, o) = (distance / scale, half / scale, offset / scale)
            return max(later, scale * ((d * d + h * h) * (d * d + o * o)).squareRoot() / d)
        }
    }
}
