/// What is asked of an alpha complex of points in the plane or in space; it determines the barcode
/// together with the points.
///
/// Values of the filtration are radii: a simplex appears at the radius of its smallest empty
/// circumsphere.
public struct AlphaComplexOptions: Sendable, Hashable {
    /// The highest homology dimension, ≥ 0. Nil means the points' dimension − 1, beyond which there is
    /// nothing.
    public var maxDimension: Int?
    /// The threshold: simplices up to and including this radius.
    public var maxAlphaValue: Double
    public var field: CoefficientField
    /// Whether each bar comes with a representative cycle.
    public var representatives: Bool

    public static let highestDimension = VietorisRipsOptions.highestDimension
    /// Coordinates are taken as Float64, whatever they were before, and radii are Float64.
    public static let precision = Precision.float64

    /// - Throws: `InvalidInput.badParameter` for a dimension outside 0…64, or a threshold that is
    ///   negative or NaN.
    public init(
        maxDimension: Int? = nil, maxAlphaValue: Double = .infinity, field: CoefficientField = .z2,
        representatives: Bool = false
    ) throws(InvalidInput) {
        if let maxDimension, !(0...Self.highestDimension).contains(maxDimension) {
            throw .badParameter(
                "max_dimension", reason: "\(maxDimension) is not from 0 to \(Self.highestDimension)")
        }
        guard maxAlphaValue >= 0 else {
            throw .badParameter("max_alpha_value", reason: "\(maxAlphaValue) is not a number ≥ 0")
        }
        self.maxDimension = maxDimension
        self.maxAlphaValue = maxAlphaValue
        self.field = field
        self.representatives = representatives
    }
}

/// How many simplices an alpha complex has up to and including its threshold. Points that coincide
/// are one vertex.
public struct AlphaShape: Sendable, Hashable {
    public var vertices: Int
    public var edges: Int
    public var triangles: Int
    public var tetrahedra: Int

    public init(vertices: Int, edges: Int, triangles: Int, tetrahedra: Int) {
        self.vertices = vertices
        self.edges = edges
        self.triangles = triangles
        self.tetrahedra = tetrahedra
    }
}
