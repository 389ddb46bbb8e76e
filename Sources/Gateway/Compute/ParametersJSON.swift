import Formats
import Vocabulary

extension ComplexOptions {
    /// The contract's `parameters` object.
    ///
    /// - Parameters:
    ///   - threads: those that were used, or that were asked for.
    ///   - result: tells what was not asked for and is known only afterwards; without it that is null.
    func json(threads: Int?, of result: ComputeResult? = nil) -> String {
        var json = JSONText(capacity: 256)
        json.object { json in
            switch self {
            case .vietorisRips(let options):
                json.member("max_edge_length", options.maxEdgeLength ?? result?.statistics.threshold)
                json.member("max_dimension", options.maxDimension)
                json.member("num_threads", threads)
                json.member("metric", options.metric.name)
                if case .minkowski(let p) = options.metric { json.member("p", p) }
                json.member("coefficient_field", Int(options.field.modulus))
                json.member("precision", options.precision.rawValue)
                json.member("representatives", options.representatives)
                if let weighting = options.weighting { json.members(of: weighting) }
                if let subsample = options.subsample { json.member("subsample", subsample) }
            case .alpha(let options):
                json.member("max_alpha_value", options.maxAlphaValue)
                json.member("max_dimension", options.maxDimension ?? result?.barcode.maxDimension)
                json.member("num_threads", threads)
                json.member("coefficient_field", Int(options.field.modulus))
                json.member("precision", precision.rawValue)
                json.member("representatives", options.representatives)
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension JSONText {
    fileprivate mutating func members(of weighting: Weighting) {
        member("weights", weighting.weights == .given ? "given" : "DTM")
        object("weight_params") { json in
            switch weighting.exponent {
            case .one: json.member("p", 1)
            case .two: json.member("p", 2)
            case .infinity: json.member("p", "infinity")
            }
            if case .distanceToMeasure(let neighbours, let r) = weighting.weights {
                json.member("n_neighbors", neighbours)
                json.member("r", r)
            }
        }
    }
}
