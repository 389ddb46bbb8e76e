import Formats
import Vocabulary

extension ComputeFields {
    /// Checks the fields, alone and against each other, and makes the call of them.
    ///
    /// - Parameter algorithm: what the route or the job computes; nil leaves it to the fields.
    func check(for algorithm: Algorithm?) throws(Problem) -> ComputeCall {
        let options: ComplexOptions =
            switch try checkedAlgorithm(algorithm) {
            case .vietorisRips: .vietorisRips(try checkedRipsOptions())
            case .alphaComplex: .alpha(try checkedAlphaOptions())
            }
        if let threads, threads < 1 {
            throw .invalid(
                "parameters.num_threads is \(threads), at least 1 is needed", at: "parameters.num_threads")
        }
        if let timeoutMilliseconds, timeoutMilliseconds < 1 {
            throw .invalid(
                "parameters.timeout_ms is \(timeoutMilliseconds), at least 1 is needed",
                at: "parameters.timeout_ms")
        }
        return ComputeCall(
            source: try checkedSource(precision: options.precision), weights: givenWeights(options.precision),
            options: options, threads: threads,
            // A century is as good as forever, and does not overflow.
            timeout: timeoutMilliseconds.map { .milliseconds(min($0, 3_155_760_000_000)) },
            isAsync: isAsync ?? false, cachesResults: cachesResults ?? true,
            notifiesCompletion: notifiesCompletion ?? true)
    }

    private func checkedAlgorithm(_ wanted: Algorithm?) throws(Problem) -> Algorithm {
        let named = try algorithm.map { name throws(Problem) in try Algorithm(named: name, at: "algorithm") }
        if let named, let wanted, named != wanted {
            throw .invalid(
                "algorithm is \(named.rawValue), but this route computes \(wanted.rawValue)", at: "algorithm")
        }
        return wanted ?? named ?? (maxAlphaValue == nil ? .vietorisRips : .alphaComplex)
    }

    private func checkedRipsOptions() throws(Problem) -> VietorisRipsOptions {
        if let place = unsupportedParameter ?? maxAlphaValue.map({ _ in "parameters.max_alpha_value" }) {
            throw .invalid("\(place) is no parameter of a Vietoris–Rips complex", at: place)
        }
        let precision = try checkedPrecision()
        do throws(InvalidInput) {
            return try VietorisRipsOptions(
                maxDimension: maxDimension ?? 1, maxEdgeLength: maxEdgeLength,
                metric: try Metric(name: metric ?? "euclidean", p: minkowskiExponent),
                field: try checkedField(), precision: precision,
                representatives: representatives ?? false, weighting: try checkedWeighting(),
                subsample: subsample)
        } catch {
            throw Problem(parameter: error)
        }
    }

    private func checkedWeighting() throws(InvalidInput) -> Weighting? {
        let source: Weighting.Weights
        switch weights {
        case nil: return nil
        case .given: source = .given
        case .named("DTM"), .named("dtm"):
            source = .distanceToMeasure(
                neighbours: neighbours ?? Weighting.defaultNeighbours,
                r: measureExponent ?? Weighting.defaultR)
        case .named(let name):
            throw .badParameter(
                "weights", reason: "unknown weights \"\(name)\"; give DTM or a list of numbers")
        }
        let exponent = try weightExponent.map { p throws(InvalidInput) in try Weighting.Exponent(p) }
        return try Weighting(source, exponent: exponent ?? .one)
    }

    private func givenWeights(_ precision: Precision) -> Scalars? {
        guard case .given(let values) = weights else { return nil }
        return Scalars.float64(values).converted(to: precision)
    }

    func checkedField() throws(InvalidInput) -> CoefficientField {
        guard let coefficientField else { return .z2 }
        return try CoefficientField(modulus: coefficientField)
    }

    func checkedPrecision() throws(Problem) -> Precision {
        guard let precision else { return .float32 }
        guard let known = Precision(rawValue: precision) else {
            let names = Precision.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid(
                "parameters.precision: unknown precision \"\(precision)\"; known: \(names)",
                at: "parameters.precision")
        }
        return known
    }

    private func checkedSource(precision: Precision) throws(Problem) -> ComputeCall.Source {
        let given = [hasPointCloud, hasDistanceMatrix, fileID != nil].count { $0 }
        guard given == 1 else {
            throw .invalid(
                given == 0
                    ? "nothing to compute: give point_cloud, distance_matrix or file_id"
                    : "give only one of point_cloud, distance_matrix and file_id")
        }
        if let fileID { return .file(fileID) }
        do throws(InvalidInput) {
            return .input(
                hasPointCloud
                    ? .points(try checkedPoints(precision)) : .distances(try checkedDistances(precision)))
        } catch {
            throw Problem(error)
        }
    }
}

// MARK: Points

extension ComputeFields {
    private func checkedPoints(_ precision: Precision) throws(InvalidInput) -> PointCloud {
        if let cloud { return cloud }
        guard let points else { throw .badParameter("point_cloud.points", reason: "missing") }
        if let declaredDimension, declaredDimension < 1 {
            throw .badParameter("point_cloud.dimension", reason: "\(declaredDimension) is not a number ≥ 1")
        }
        guard points.rowCount > 0 else { throw .empty("points") }
        guard points.width > 0 else { throw .noCoordinates }
        if let declaredDimension, points.width != declaredDimension {
            throw .ragged(index: 0, found: points.width, expected: declaredDimension)
        }
        if let (row, found, _) = points.ragged {
            throw .ragged(index: row, found: found, expected: points.width)
        }
        return try PointCloud(
            dimension: points.width, coordinates: Scalars.float64(points.values).converted(to: precision))
    }
}

// MARK: Distances

extension ComputeFields {
    private func checkedDistances(_ precision: Precision) throws(InvalidInput) -> DistanceMatrix {
        switch (squareDistances, lowerDistances) {
        case (let rows?, nil): try Self.matrix(square: rows, precision)
        case (nil, let lower?): try Self.matrix(lower: lower, precision)
        case (nil, nil):
            throw .badParameter("distance_matrix", reason: "give values (full square) or lower")
        case (.some, .some):
            throw .badParameter("distance_matrix", reason: "give values or lower, not both")
        }
    }

    private static func matrix(
        lower: [Double], _ precision: Precision
    ) throws(InvalidInput) -> DistanceMatrix {
        // n points have n(n − 1)/2 distances.
        let count = Int((1 + (1 + 8 * Double(lower.count)).squareRoot()) / 2)
        guard count * (count - 1) / 2 == lower.count else {
            throw .badParameter(
                "distance_matrix.lower",
                reason: "\(lower.count) numbers are not n(n−1)/2 for any n; \(count) points have "
                    + "\(count * (count - 1) / 2), \(count + 1) have \(count * (count + 1) / 2)")
        }
        return try DistanceMatrix(
            count: count, lowerTriangle: Scalars.float64(lower).converted(to: precision))
    }

    /// Takes the lower triangle after a look at the upper. Entries may differ from their mirror image
    /// by the last digits, as matrices computed elsewhere do.
    private static func matrix(
        square rows: NumberRows, _ precision: Precision
    ) throws(InvalidInput) -> DistanceMatrix {
        let count = rows.rowCount
        let name = "distance_matrix.values"
        guard count > 0 else { throw .empty(name) }
        if rows.width != count {
            throw .badParameter("\(name)[0]", reason: "\(rows.width) entries, expected \(count) (a square)")
        }
        if let (row, found, _) = rows.ragged {
            throw .badParameter("\(name)[\(row)]", reason: "\(found) entries, expected \(count) (a square)")
        }
        var lower: [Double] = []
        lower.reserveCapacity(count * (count - 1) / 2)
        var births = [Double](repeating: 0, count: count)
        for row in 0..<count {
            for column in 0..<row {
                let (below, above) = (rows.values[row * count + column], rows.values[column * count + row])
                guard abs(below - above) <= 1e-6 * max(abs(below), abs(above)) else {
                    throw .badParameter(
                        "\(name)[\(row)][\(column)]",
                        reason: "\(below), but [\(column)][\(row)] is \(above): not symmetric")
                }
                lower.append(below)
            }
            births[row] = rows.values[row * count + row]
        }
        return try DistanceMatrix(
            count: count, lowerTriangle: Scalars.float64(lower).converted(to: precision),
            vertexBirths: births.allSatisfy { $0 == 0 }
                ? nil : Scalars.float64(births).converted(to: precision))
    }
}
