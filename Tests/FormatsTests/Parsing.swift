import Formats
import Vocabulary

func parse(
    _ text: String, _ format: InputFormat = .auto, name: String? = nil, precision: Precision = .float64
) throws -> ComputeInput {
    try InputParser.parse(Array(text.utf8), as: format, name: name, precision: precision)
}

/// What parsing `text` says is wrong, or "" where nothing is.
func complaint(
    _ text: String, _ format: InputFormat, precision: Precision = .float64
) -> String {
    complaint(Array(text.utf8), format, precision: precision)
}

func complaint(_ bytes: [UInt8], _ format: InputFormat, precision: Precision = .float64) -> String {
    do throws(FormatError) {
        _ = try InputParser.parse(bytes, as: format, precision: precision)
        return ""
    } catch {
        return error.description
    }
}

func points(_ rows: [[Double]]) throws -> ComputeInput {
    .points(try PointCloud(dimension: rows[0].count, coordinates: .float64(rows.flatMap { $0 })))
}

func distances(_ lower: [Double], births: [Double]? = nil) throws -> ComputeInput {
    var count = 1
    while count * (count - 1) / 2 < lower.count { count += 1 }
    return .distances(
        try DistanceMatrix(
            count: count, lowerTriangle: .float64(lower), vertexBirths: births.map { .float64($0) }))
}
