import Vocabulary

/// A compute request's body, read and checked.
struct ComputeCall: Sendable {
    enum Source: Sendable {
        case input(ComputeInput)
        /// An upload, by its id.
        case file(String)
    }

    var source: Source
    /// One for each point, where the call gives them.
    var weights: Scalars?
    var options: ComplexOptions
    /// At most this many threads; nil means as the daemon sees fit.
    var threads: Int?
    var timeout: Duration?
    var isAsync = false
    var cachesResults = true
    var notifiesCompletion = true

    func request(for input: ComputeInput) -> ComputeRequest {
        ComputeRequest(input: input, options: options, threads: threads, timeout: timeout)
    }
}
