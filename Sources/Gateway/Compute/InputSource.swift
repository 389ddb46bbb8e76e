import Vocabulary

/// Where the input of a call comes from: the request itself, or an upload.
struct InputSource: Sendable {
    let uploads: Uploads

    /// - Throws: NOT_FOUND for an upload that is not there.
    func input(of call: ComputeCall) async throws -> ComputeInput {
        let input: ComputeInput =
            switch call.source {
            case .input(let input): input
            case .file(let id): .points(try await uploads.points(id, precision: call.options.precision))
            }
        guard let weights = call.weights else { return input }
        do throws(InvalidInput) { return try input.weighted(by: weights) } catch { throw Problem(error) }
    }
}
