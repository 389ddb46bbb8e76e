public import Vocabulary

/// Whoever computes: the daemon over its socket, or a stand-in in tests.
public protocol Compute: Sendable {
    /// Cancelling the awaiting task cancels the computation.
    func compute(
        _ request: ComputeRequest, progress: (@Sendable (ComputeProgress) -> Void)?
    ) async throws(Failure) -> ComputeResult

    func estimate(_ request: ComputeRequest) async throws(Failure) -> ComputeEstimate

    func status() async throws(Failure) -> DaemonStatus
}
