import Vocabulary

extension Compute {
    /// Computes, and cancels the computation when the client of `connection` goes away.
    func compute(
        _ request: ComputeRequest, for connection: Connection?
    ) async throws -> ComputeResult {
        guard let connection else { return try await compute(request, progress: nil) }
        let task = Task { try await compute(request, progress: nil) }
        return try await connection.watching {
            task.cancel()
        } _: {
            try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        }
    }
}
