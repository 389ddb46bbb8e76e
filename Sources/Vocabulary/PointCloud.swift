/// `count` points in `dimension` coordinates, row-major: point `i` is
/// `coordinates[i * dimension ..< (i + 1) * dimension]`.
public struct PointCloud: Sendable, Hashable {
    public let count: Int
    public let dimension: Int
    public let coordinates: Scalars
    /// One for each point, for a weighted filtration.
    public let weights: Scalars?

    /// - Throws: `InvalidInput` when the cloud is empty, has no coordinates, is ragged, or holds a
    ///   number that is not finite, or a weight is negative or not finite; the error names the first
    ///   offending point.
    public init(dimension: Int, coordinates: Scalars, weights: Scalars? = nil) throws(InvalidInput) {
        guard dimension > 0 else { throw .noCoordinates }
        guard coordinates.count > 0 else { throw .empty("points") }
        guard coordinates.count.isMultiple(of: dimension) else {
            throw .ragged(
                index: coordinates.count / dimension, found: coordinates.count % dimension,
                expected: dimension)
        }
        if let bad = coordinates.firstNonFinite {
            throw .notFinite("points[\(bad / dimension)][\(bad % dimension)]")
        }
        try weights?.checkWeights(of: coordinates.count / dimension)
        self.count = coordinates.count / dimension
        self.dimension = dimension
        self.coordinates = coordinates
        self.weights = weights
    }
}

extension Scalars {
    /// - Throws: `InvalidInput` unless these are `count` finite numbers ≥ 0.
    func checkWeights(of count: Int) throws(InvalidInput) {
        guard self.count == count else { throw .wrongCount("weights", found: self.count, expected: count) }
        if let bad = firstNonFinite ?? firstNaNOrNegative {
            throw .badParameter("weights[\(bad)]", reason: "\(self[bad]) is not a finite number ≥ 0")
        }
    }

    /// The index of the first infinity or NaN.
    var firstNonFinite: Int? {
        switch self {
        case .float32(let values): values.firstIndex { !$0.isFinite }
        case .float64(let values): values.firstIndex { !$0.isFinite }
        }
    }
}
