import Formats
import Vocabulary

/// The fields of a compute request's body as they were read, not yet checked against each other: JSON
/// members come in any order, and the precision of the points is known only at the end.
struct ComputeFields: Sendable {
    var points: NumberRows?
    /// Points that came as an array, in the precision that was asked for.
    var cloud: PointCloud?
    var declaredDimension: Int?
    var squareDistances: NumberRows?
    var lowerDistances: [Double]?
    var fileID: String?
    var algorithm: String?

    var maxAlphaValue: Double?
    /// Named where points are to have weights, or to lie in a periodic box.
    var unsupportedParameter: String?
    var maxEdgeLength: Double?
    var maxDimension: Int?
    var threads: Int?
    var metric: String?
    var minkowskiExponent: Double?
    var coefficientField: Int?
    var precision: String?
    var representatives: Bool?
    var weights: WeightFields?
    var weightExponent: Double?
    var neighbours: Int?
    var measureExponent: Double?
    var subsample: Int?
    var timeoutMilliseconds: Int?

    var isAsync: Bool?
    var cachesResults: Bool?
    var notifiesCompletion: Bool?

    /// Whether `point_cloud` or `distance_matrix` stood there at all, whatever was in it.
    var hasPointCloud = false
    var hasDistanceMatrix = false

    /// Reads the whole of a body: JSON, or the common form of `ArrayBody`.
    static func read(
        _ body: UnsafeRawBufferPointer, for algorithm: Algorithm?
    ) throws(Problem) -> ComputeFields {
        let (json, npy) = ArrayBody.split(body)
        var fields = try read(json: json)
        if let npy {
            let isAlpha = algorithm == .alphaComplex || fields.maxAlphaValue != nil
            let precision = isAlpha ? AlphaComplexOptions.precision : try fields.checkedPrecision()
            do throws(FormatError) {
                fields.cloud = try InputParser.points(npy, as: .npy, precision: precision)
            } catch {
                throw .invalid(error.message)
            }
            fields.hasPointCloud = true
        }
        return fields
    }

    private static func read(json: UnsafeRawBufferPointer) throws(Problem) -> ComputeFields {
        var reader = JSONReader(json)
        var fields = ComputeFields()
        do {
            try fields.readBody(&reader)
            try reader.end()
        } catch {
            throw Problem(error, in: reader)
        }
        return fields
    }

    private mutating func readBody(_ reader: inout JSONReader) throws(JSONError) {
        try reader.object(at: "body") { (key, reader) throws(JSONError) in
            if try reader.acceptNull() { return }
            switch key {
            case "point_cloud":
                hasPointCloud = true
                try readPointCloud(&reader)
            case "distance_matrix":
                hasDistanceMatrix = true
                try readDistanceMatrix(&reader)
            case "file_id": fileID = try reader.string(at: "file_id")
            case "algorithm": algorithm = try reader.string(at: "algorithm")
            case "parameters": try readParameters(&reader)
            case "job_options": try readJobOptions(&reader)
            default: throw try unknown(key, &reader)
            }
        }
    }

    /// The error of a member that is not known; what is no JSON comes before it.
    private func unknown(_ place: String, _ reader: inout JSONReader) throws(JSONError) -> JSONError {
        try reader.skip()
        return .unknownMember(place: place)
    }

    private mutating func readPointCloud(_ reader: inout JSONReader) throws(JSONError) {
        try reader.object(at: "point_cloud") { (key, reader) throws(JSONError) in
            if try reader.acceptNull() { return }
            switch key {
            case "points": points = try reader.rows(named: "points")
            case "dimension": declaredDimension = try reader.integer(at: "point_cloud.dimension")
            case "weights":
                unsupportedParameter = "point_cloud.\(key)"
                try reader.skip()
            default: throw try unknown("point_cloud.\(key)", &reader)
            }
        }
    }

    private mutating func readDistanceMatrix(_ reader: inout JSONReader) throws(JSONError) {
        try reader.object(at: "distance_matrix") { (key, reader) throws(JSONError) in
            if try reader.acceptNull() { return }
            switch key {
            case "values": squareDistances = try reader.rows(named: "distance_matrix.values")
            case "lower": lowerDistances = try reader.numbers(named: "distance_matrix.lower")
            default: throw try unknown("distance_matrix.\(key)", &reader)
            }
        }
    }

    private mutating func readParameters(_ reader: inout JSONReader) throws(JSONError) {
        try reader.object(at: "parameters") { (key, reader) throws(JSONError) in
            if try reader.acceptNull() { return }
            let place = "parameters.\(key)"
            switch key {
            case "max_alpha_value": maxAlphaValue = try Self.bound(&reader, place)
            case "periodic", "periodic_box":
                unsupportedParameter = place
                try reader.skip()
            case "max_edge_length": maxEdgeLength = try reader.number(at: place)
            case "max_dimension": maxDimension = try reader.integer(at: place)
            case "num_threads": threads = try reader.integer(at: place)
            case "metric": metric = try reader.string(at: place)
            case "p": minkowskiExponent = try reader.number(at: place)
            case "coefficient_field": coefficientField = try reader.integer(at: place)
            case "precision": precision = try reader.string(at: place)
            case "representatives": representatives = try reader.bool(at: place)
            case "weights": weights = try WeightFields(&reader, at: place)
            case "weight_params": try readWeightParameters(&reader)
            case "subsample": subsample = try reader.integer(at: place)
            case "timeout_ms": timeoutMilliseconds = try reader.integer(at: place)
            case "async": isAsync = try reader.bool(at: place)
            default: throw try unknown(place, &reader)
            }
        }
    }

    private mutating func readWeightParameters(_ reader: inout JSONReader) throws(JSONError) {
        try reader.object(at: "parameters.weight_params") { (key, reader) throws(JSONError) in
            if try reader.acceptNull() { return }
            let place = "parameters.weight_params.\(key)"
            switch key {
            case "p":
                weightExponent =
                    try reader.nextKind() == .string
                    // What is no such word becomes a number that is no exponent.
                    ? (["infinity", "inf"].contains(try reader.string(at: place)) ? .infinity : -1)
                    : try reader.number(at: place)
            case "r": measureExponent = try reader.number(at: place)
            case "n_neighbors": neighbours = try reader.integer(at: place)
            default: throw try unknown(place, &reader)
            }
        }
    }

    /// A number, or `"infinity"` as the contract writes it.
    private static func bound(_ reader: inout JSONReader, _ place: String) throws(JSONError) -> Double {
        guard try reader.nextKind() == .string else { return try reader.number(at: place) }
        guard try reader.string(at: place) == "infinity" else { throw .notFinite(place: place) }
        return .infinity
    }

    private mutating func readJobOptions(_ reader: inout JSONReader) throws(JSONError) {
        try reader.object(at: "job_options") { (key, reader) throws(JSONError) in
            if try reader.acceptNull() { return }
            let place = "job_options.\(key)"
            switch key {
            case "async": isAsync = try reader.bool(at: place)
            case "cache_results": cachesResults = try reader.bool(at: place)
            case "notify_completion": notifiesCompletion = try reader.bool(at: place)
            default: throw try unknown(place, &reader)
            }
        }
    }
}

/// What stands under `weights`: a name, or a number for each point.
enum WeightFields: Sendable {
    case named(String)
    case given([Double])

    init(_ reader: inout JSONReader, at place: String) throws(JSONError) {
        if try reader.nextKind() == .string {
            self = .named(try reader.string(at: place))
        } else {
            self = .given(try reader.numbers(named: place))
        }
    }
}

extension Problem {
    /// Translates what `reader` found wrong, with the line and column where the text is not JSON.
    init(_ error: JSONError, in reader: JSONReader, of what: String = "the body") {
        switch error {
        case .malformed(let reason, let offset):
            let (line, column) = reader.lineAndColumn(of: offset)
            self.init(
                .validation, "\(what) is not JSON: \(reason), line \(line) column \(column)",
                details: [("line", .integer(line)), ("column", .integer(column))])
        case .wrongKind(let place, let found, let wanted):
            self = .invalid("\(place) is \(found.rawValue), expected \(wanted.rawValue)", at: place)
        case .notFinite(let place):
            self = .invalid("\(place) is not a finite number", at: place)
        case .notAnInteger(let place, let text):
            self = .invalid("\(place) is \(text), expected an integer", at: place)
        case .unknownMember(let place):
            let place = String(place.prefix(100))
            self = .invalid("\(place) is no field of this request", at: place)
        }
    }
}
