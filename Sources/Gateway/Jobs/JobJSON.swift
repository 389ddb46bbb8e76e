import Formats
import FoundationEssentials
import JobStore
import Messages

extension Job {
    /// The contract's job object.
    ///
    /// - Parameters:
    ///   - results: the `results` object without `cached`, once there is one.
    ///   - cached: whether the results came out of the cache.
    ///   - computationMilliseconds: of a computation that was answered in its request.
    func json(
        results: [UInt8]? = nil, cached: Bool = false, computationMilliseconds: Double? = nil
    ) -> JSONText {
        var json = JSONText(capacity: 1024 + (results?.count ?? 0))
        json.object { json in
            json.member("job_id", id)
            json.member("algorithm", algorithm)
            json.member("status", state.rawValue)
            json.member("progress", state == .completed ? 1 : progress)
            json.member("created_at", createdAt.contractText)
            json.member("started_at", startedAt?.contractText)
            json.member("completed_at", completedAt?.contractText)
            if let computationMilliseconds { json.member("computation_time_ms", computationMilliseconds) }
            json.object("input_data") { json in
                json.member("num_points", pointCount)
                json.member("dimension", dimension)
                json.member("file_id", fileID)
            }
            json.member("parameters", verbatim: Array((parameters ?? "{}").utf8))
            if let results { json.member("results", verbatim: results, adding: "cached", cached) }
            if let failure {
                json.object("error") { json in
                    json.member("code", failure.code)
                    json.member("message", failure.message)
                }
            }
        }
        return json
    }
}
