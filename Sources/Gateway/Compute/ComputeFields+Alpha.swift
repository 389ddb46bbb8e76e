import Vocabulary

extension ComputeFields {
    /// The options of an alpha complex.
    ///
    /// - Throws: VALIDATION_ERROR for what an alpha complex does not have.
    func checkedAlphaOptions() throws(Problem) -> AlphaComplexOptions {
        if hasDistanceMatrix {
            throw .invalid(
                "distance_matrix: an alpha complex is made of points; of distances make a Vietoris–Rips "
                    + "complex (/tda/compute/vietoris-rips)", at: "distance_matrix")
        }
        if let unsupportedParameter {
            throw .invalid(
                "\(unsupportedParameter): weighted points and periodic boxes are not supported; leave it out",
                at: unsupportedParameter)
        }
        if weights != nil {
            throw .invalid(
                "parameters.weights: weighted points have no alpha complex here; leave them out, or make a "
                    + "Vietoris–Rips complex (/tda/compute/vietoris-rips)", at: "parameters.weights")
        }
        if subsample != nil {
            throw .invalid(
                "parameters.subsample: an alpha complex takes all points; leave it out",
                at: "parameters.subsample")
        }
        if minkowskiExponent != nil {
            throw .invalid(
                "parameters.p: alpha complexes are euclidean; leave it out", at: "parameters.p")
        }
        // Whatever is asked for is computed and written in float64, but a word that is none is a mistake.
        _ = try checkedPrecision()
        if maxEdgeLength != nil {
            throw .invalid(
                "parameters.max_edge_length: the threshold of an alpha complex is max_alpha_value, a radius",
                at: "parameters.max_edge_length")
        }
        if let metric, metric != Metric.euclidean.name {
            throw .invalid(
                "parameters.metric is \(metric), alpha complexes are euclidean; make a Vietoris–Rips complex "
                    + "(/tda/compute/vietoris-rips)", at: "parameters.metric")
        }
        do throws(InvalidInput) {
            return try AlphaComplexOptions(
                maxDimension: maxDimension, maxAlphaValue: maxAlphaValue ?? .infinity,
                field: try checkedField(), representatives: representatives ?? false)
        } catch {
            throw Problem(parameter: error)
        }
    }
}

extension Problem {
    /// What is wrong with a parameter.
    init(parameter error: InvalidInput) {
        guard case .badParameter(let name, let reason) = error else {
            self.init(error)
            return
        }
        self = .invalid("parameters.\(name): \(reason)", at: "parameters.\(name)")
    }
}
