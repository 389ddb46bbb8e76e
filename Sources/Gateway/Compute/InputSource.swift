import Vocabulary

/// Where the input of a call comes from: the request itself, or an upload.
struct InputSource: Sendable {
    func input(of call: ComputeCall) async throws(Problem) -> ComputeInput {
        switch call.source {
        case .input(let input): return input
        case .file:
            throw Problem(
                .notImplemented,
                "uploads are not served yet; send the points in point_cloud instead of file_id")
        }
    }
}
