import Vocabulary

/// What the gateway computes, by the contract's names.
enum Algorithm: String, Sendable, CaseIterable {
    case vietorisRips = "vietoris_rips"
    case alphaComplex = "alpha_complex"

    /// - Throws: VALIDATION_ERROR for a name that is none.
    init(named name: String, at place: String) throws(Problem) {
        guard let algorithm = Algorithm(rawValue: name) else {
            let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("\(place): unknown algorithm \"\(name.prefix(64))\"; known: \(names)", at: place)
        }
        self = algorithm
    }
}

extension ComplexOptions {
    var algorithm: Algorithm {
        switch self {
        case .vietorisRips: .vietorisRips
        case .alpha: .alphaComplex
        }
    }
}
