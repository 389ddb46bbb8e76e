import Formats
import FoundationEssentials
import JobStore
import ResultCache
import Vocabulary

extension RenderedResult {
    init(_ result: ComputeResult, options: VietorisRipsOptions) {
        self.init(
            results: ResultsJSON.bytes(result, precision: options.precision),
            parameters: options.json(
                threads: result.statistics.threadCount,
                maxEdgeLength: options.maxEdgeLength ?? result.statistics.threshold),
            computationMilliseconds: result.statistics.computeSeconds * 1000)
    }

    /// As the store keeps it.
    var stored: JobResults {
        JobResults(
            json: Data(results), parameters: parameters,
            tag: results.withUnsafeBytes { SHA256.hexDigits(of: $0) })
    }
}

extension VietorisRipsOptions {
    /// The contract's `parameters` object.
    ///
    /// - Parameters:
    ///   - threads: those that were used, or that were asked for.
    ///   - maxEdgeLength: nil while the enclosing radius is not known.
    func json(threads: Int?, maxEdgeLength: Double?) -> String {
        var json = JSONText(capacity: 256)
        json.object { json in
            json.member("max_edge_length", maxEdgeLength)
            json.member("max_dimension", maxDimension)
            json.member("num_threads", threads)
            json.member("metric", metric.name)
            if case .minkowski(let p) = metric { json.member("p", p) }
            json.member("coefficient_field", Int(field.modulus))
            json.member("precision", precision.rawValue)
            json.member("representatives", representatives)
            if let weighting { json.members(of: weighting) }
            if let subsample { json.member("subsample", subsample) }
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

extension ComputeInput {
    /// The number of coordinates of a point; nil where there are only distances.
    var dimension: Int? {
        if case .points(let cloud) = self { cloud.dimension } else { nil }
    }
}
