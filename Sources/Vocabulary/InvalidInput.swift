/// What is wrong with an input, and where.
public enum InvalidInput: Error, Hashable, CustomStringConvertible {
    case empty(String)
    case noCoordinates
    case ragged(index: Int, found: Int, expected: Int)
    case notFinite(String)
    case wrongCount(String, found: Int, expected: Int)
    case notADistance(String, value: Double)
    case edgeBeforeVertex(String, length: Double, birth: Double)
    case badEdge(String, a: Int, b: Int, count: Int)
    case repeatedEdge(a: Int, b: Int)
    /// A point that has no distance to others under the metric, e.g. a zero vector under cosine.
    case noDistance(point: Int, reason: String)
    case distanceTooLarge(a: Int, b: Int, precision: Precision)
    case badParameter(String, reason: String)
    case weightsAndBirths

    public var description: String {
        switch self {
        case .empty(let what): "\(what): empty, at least one point is needed"
        case .noCoordinates: "points[0] has no coordinates"
        case .ragged(let index, let found, let expected):
            "points[\(index)] has \(found) coordinates, expected \(expected)"
        case .notFinite(let place): "\(place) is not a finite number"
        case .wrongCount(let what, let found, let expected):
            "\(what): \(found) numbers, expected \(expected)"
        case .notADistance(let place, let value): "\(place) is \(value), a distance is a number ≥ 0"
        case .edgeBeforeVertex(let place, let length, let birth):
            "\(place) is \(length), below \(birth), when its later end appears"
        case .badEdge(let place, let a, let b, let count):
            a == b
                ? "\(place) joins vertex \(a) with itself"
                : "\(place) joins \(a) and \(b), vertices are 0 to \(count - 1)"
        case .repeatedEdge(let a, let b): "the edge between \(a) and \(b) is given more than once"
        case .noDistance(let point, let reason): "points[\(point)] \(reason)"
        case .distanceTooLarge(let a, let b, let precision):
            "the distance between points[\(b)] and points[\(a)] is too large for \(precision.rawValue); "
                + "scale the points down" + (precision == .float32 ? " or ask for precision float64" : "")
        case .badParameter(let name, let reason): "\(name): \(reason)"
        case .weightsAndBirths:
            "weights: the diagonal says already when vertices appear; give weights or births, not both"
        }
    }
}
