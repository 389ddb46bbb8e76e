/// How the distance between two points is measured; names as in SciPy's `pdist`.
public enum Metric: Sendable, Hashable {
    case euclidean
    /// The square of the Euclidean distance.
    case sqeuclidean
    case manhattan
    case chebyshev
    /// 1 − cos of the angle; undefined for a zero vector.
    case cosine
    /// 1 − Pearson's correlation; undefined for a constant vector.
    case correlation
    /// The share of coordinates that differ.
    case hamming
    /// The p-norm of the difference, p ≥ 1.
    case minkowski(p: Double)

    public static let names = [
        "euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine", "correlation", "hamming", "minkowski",
    ]

    /// - Parameter p: the exponent; wanted by `minkowski` and by no other metric.
    /// - Throws: `InvalidInput.badParameter` for an unknown name, or a `p` that is missing or below 1.
    public init(name: String, p: Double? = nil) throws(InvalidInput) {
        switch name {
        case "euclidean": self = .euclidean
        case "sqeuclidean": self = .sqeuclidean
        case "manhattan": self = .manhattan
        case "chebyshev": self = .chebyshev
        case "cosine": self = .cosine
        case "correlation": self = .correlation
        case "hamming": self = .hamming
        case "minkowski":
            guard let p else { throw .badParameter("p", reason: "minkowski needs an exponent p ≥ 1") }
            guard p >= 1, p.isFinite else {
                throw .badParameter("p", reason: "\(p) is not a finite exponent ≥ 1")
            }
            self = .minkowski(p: p)
        default:
            throw .badParameter(
                "metric", reason: "unknown metric \"\(name)\"; known: \(Self.names.joined(separator: ", "))")
        }
    }

    public var name: String {
        switch self {
        case .euclidean: "euclidean"
        case .sqeuclidean: "sqeuclidean"
        case .manhattan: "manhattan"
        case .chebyshev: "chebyshev"
        case .cosine: "cosine"
        case .correlation: "correlation"
        case .hamming: "hamming"
        case .minkowski: "minkowski"
        }
    }
}
