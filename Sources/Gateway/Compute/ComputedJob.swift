import FoundationEssentials
import NIOCore
import Vocabulary

/// A computation that was answered in its request: the contract's 200.
struct ComputedJob {
    let id: String
    let created: Date
    let completed: Date
    let call: ComputeCall
    let input: ComputeInput
    let result: ComputeResult

    var json: JSONText {
        var json = JSONText(capacity: 1024 + 96 * result.barcode.pairs.count)
        json.object { json in
            json.member("job_id", id)
            json.member("algorithm", "vietoris_rips")
            json.member("status", "completed")
            json.member("created_at", created.contractText)
            json.member("completed_at", completed.contractText)
            json.member("computation_time_ms", result.statistics.computeSeconds * 1000)
            json.object("input_data") { json in
                json.member("num_points", input.count)
                json.member("dimension", input.dimension)
                json.member("file_id", nil as String?)
            }
            json.object("parameters") { json in
                let options = call.options
                json.member("max_edge_length", options.maxEdgeLength ?? result.statistics.threshold)
                json.member("max_dimension", options.maxDimension)
                json.member("num_threads", result.statistics.threadCount)
                json.member("metric", options.metric.name)
                if case .minkowski(let p) = options.metric { json.member("p", p) }
                json.member("coefficient_field", Int(options.field.modulus))
                json.member("precision", options.precision.rawValue)
                json.member("representatives", options.representatives)
            }
            json.results(result, cached: false)
        }
        return json
    }
}

extension ComputeInput {
    /// The number of coordinates of a point; nil where there are only distances.
    var dimension: Int? {
        if case .points(let cloud) = self { cloud.dimension } else { nil }
    }
}

extension Date {
    /// As in `2026-01-31T12:00:00.123Z`.
    var contractText: String {
        formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
