/// A weighted Vietoris–Rips filtration: a vertex of weight u appears at u, and the edge of length d between
/// vertices of weights u and v appears when the balls around them meet that grow from then on:
/// at max(u, v) where 2d ≤ |uᵖ − vᵖ|^(1/p), else at the t with 2d = (tᵖ − uᵖ)^(1/p) + (tᵖ − vᵖ)^(1/p)
/// (Anai et al., "DTM-based filtrations", 2019). For p = ∞ it appears at max(u, v, d).
public struct Weighting: Sendable, Hashable {
    public enum Exponent: String, Sendable, Hashable, CaseIterable {
        case one = "1"
        case two = "2"
        case infinity

        /// - Throws: `InvalidInput.badParameter` unless `p` is 1, 2 or infinity.
        public init(_ p: Double) throws(InvalidInput) {
            switch p {
            case 1: self = .one
            case 2: self = .two
            case .infinity: self = .infinity
            default: throw .badParameter("weight_params.p", reason: "\(p) is not 1, 2 or infinity")
            }
        }
    }

    /// Where the weights come from.
    public enum Weights: Sendable, Hashable {
        /// They come with the input.
        case given
        /// The distance to measure: w(x) = 2 (Σ d(x, xₖ)ʳ / (n + 1))^(1/r) over the n nearest other points xₖ.
        case distanceToMeasure(neighbours: Int, r: Double)
    }

    public let weights: Weights
    public let exponent: Exponent

    /// What a distance to measure takes unless told otherwise.
    public static let defaultNeighbours = 3
    public static let defaultR = 2.0

    /// - Throws: `InvalidInput.badParameter` for fewer than one neighbour, or an r that is not a finite
    ///   number ≥ 1.
    public init(_ weights: Weights, exponent: Exponent = .one) throws(InvalidInput) {
        if case .distanceToMeasure(let neighbours, let r) = weights {
            guard neighbours >= 1, neighbours <= Int(Int32.max) else {
                throw .badParameter("n_neighbors", reason: "\(neighbours) is not a number ≥ 1")
            }
            guard r >= 1, r < .infinity else {
                throw .badParameter("r", reason: "\(r) is not a finite number ≥ 1")
            }
        }
        self.weights = weights
        self.exponent = exponent
    }
}
