import Synchronization
public import Vocabulary

/// The engine for callers inside the process.
extension Engine {
    /// Computes `request` and returns the result; cancelling the task cancels the computation.
    public func compute(_ request: ComputeRequest, client: ClientID) async throws(Failure) -> ComputeResult {
        let job = try admit(
            request.input.shape, request.options, threads: request.threads, timeout: request.timeout,
            client: client)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                submit(job, { () throws(InvalidInput) in request.input }) {
                    continuation.resume(returning: $0)
                }
            }
        } onCancel: {
            cancel(job.id)
        }
        return try outcome.get()
    }

    /// What `request` is expected to take.
    public func estimate(_ request: ComputeRequest, client: ClientID) async throws(Failure) -> ComputeEstimate
    {
        let shape = request.input.shape
        if let hopeless = try hopelessEstimate(shape, request.options, threads: request.threads) {
            return hopeless
        }
        let job = try admit(shape, request.options, threads: request.threads, client: client)
        let outcome = await withCheckedContinuation { continuation in
            submitEstimate(job, { () throws(InvalidInput) in request.input }) {
                continuation.resume(returning: $0)
            }
        }
        return try outcome.get()
    }
}
