/// The stable codes by which every process names what went wrong.
public enum FailureCode: String, Sendable, Hashable, CaseIterable {
    case invalidArgument = "invalid_argument"
    case resourceExhausted = "resource_exhausted"
    case overloaded
    case deadlineExceeded = "deadline_exceeded"
    case cancelled
    case unsupported
    case unavailable
    case `internal`
}

/// A failure as it travels between processes: a code for programs, a message for people.
public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    public var code: FailureCode
    /// Says what is wrong, where, and what to do next.
    public var message: String
    /// Values that explain, e.g. `estimate` and `budget` in bytes.
    public var details: [String: String]
    /// For `overloaded` and `unavailable`: when to try again.
    public var retryAfter: Duration?

    public init(
        _ code: FailureCode, _ message: String, details: [String: String] = [:], retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfter = retryAfter
    }

    public init(_ error: InvalidInput) {
        self.init(.invalidArgument, error.description)
    }

    /// Whether the daemon went away under the request, which may have been why.
    public var isConnectionLoss: Bool { details["connection"] == "lost" }

    public var description: String { "\(code.rawValue): \(message)" }
}
