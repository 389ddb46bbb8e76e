/// What is asked of a Vietoris–Rips computation; it determines the barcode together with the input.
public struct VietorisRipsOptions: Sendable, Hashable {
    /// The highest homology dimension, ≥ 0.
    public var maxDimension: Int
    /// The threshold: edges up to and including this length. Nil means the enclosing radius, the
    /// least length at which the complex is a cone, beyond which nothing changes.
    public var maxEdgeLength: Double?
    /// Used for points only.
    public var metric: Metric
    public var field: CoefficientField
    public var precision: Precision
    /// Whether each bar comes with a representative cocycle.
    public var representatives: Bool
    /// Nil: vertices appear at the births that come with the input, or at 0.
    public var weighting: Weighting?
    /// Computes on so many points, chosen greedily, each the farthest from those before; nil: on all.
    public var subsample: Int?

    public static let highestDimension = 64

    /// - Throws: `InvalidInput.badParameter` for a dimension outside 0…64, a threshold that is
    ///   negative or NaN, or a subsample of no points.
    public init(
        maxDimension: Int = 1, maxEdgeLength: Double? = nil, metric: Metric = .euclidean,
        field: CoefficientField = .z2, precision: Precision = .float32, representatives: Bool = false,
        weighting: Weighting? = nil, subsample: Int? = nil
    ) throws(InvalidInput) {
        guard (0...Self.highestDimension).contains(maxDimension) else {
            throw .badParameter(
                "max_dimension", reason: "\(maxDimension) is not from 0 to \(Self.highestDimension)")
        }
        if let maxEdgeLength, !(maxEdgeLength >= 0) {
            throw .badParameter("max_edge_length", reason: "\(maxEdgeLength) is not a number ≥ 0")
        }
        if let subsample, subsample < 1 {
            throw .badParameter("subsample", reason: "\(subsample) points; at least 1 is needed")
        }
        self.maxDimension = maxDimension
        self.maxEdgeLength = maxEdgeLength
        self.metric = metric
        self.field = field
        self.precision = precision
        self.representatives = representatives
        self.weighting = weighting
        self.subsample = subsample
    }
}
