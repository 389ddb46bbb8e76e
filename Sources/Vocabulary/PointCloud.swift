/// `count` points in `dimension` coordinates, row-major: point `i` is
/// `coordinates[i * dimension ..< (i + 1) * dimension]`.
public struct PointCloud: Sendable, Hashable {
    public let count: Int
    public let dimension: Int
    public let coordinates: Scalars

    /// - Throws: `InvalidInput` when the cloud is empty, has no coordinates, is ragged, or holds a
    ///   number that is not finite; the error names the first offending point.
    public init(dimension: Int, coordinates: Scalars) throws(InvalidInput) {
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
        self.count = coordinates.count / dimension
        self.dimension = dimension
        self.coordinates = coordinates
    }
}

extension Scalars {
    /// The index of the first infinity or NaN.
    var firstNonFinite: Int? {
        switch self {
        case .float32(let values): values.firstIndex { !$0.isFinite }
        case .float64(let values): values.firstIndex { !$0.isFinite }
        }
    }
}
