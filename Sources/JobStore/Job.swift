public import FoundationEssentials

/// Where a job is on its way. It only ever moves down this list, except that a running job whose gateway
/// died is submitted again.
public enum JobState: String, Sendable, CaseIterable {
    case submitted
    case running
    case completed
    case failed
    case cancelled

    public var hasEnded: Bool {
        switch self {
        case .submitted, .running: false
        case .completed, .failed, .cancelled: true
        }
    }
}

/// Why a job failed: a code of the HTTP contract, and a message for people.
public struct JobFailure: Sendable, Hashable {
    public var code: String
    public var message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

/// A job as it stands in the store. What only the gateway sets may be missing, as other programs may
/// insert jobs too.
public struct Job: Sendable, Hashable {
    public var id: String
    public var algorithm: String
    public var state: JobState
    public var createdAt: Date
    public var startedAt: Date?
    public var completedAt: Date?
    /// 0 to 1.
    public var progress: Double
    public var pointCount: Int?
    public var dimension: Int?
    public var fileID: String?
    /// A JSON object.
    public var parameters: String?
    public var failure: JobFailure?
    /// How often it was begun.
    public var attempts: Int
    public var origin: JobOrigin

    public init(
        id: String, algorithm: String, state: JobState = .submitted, createdAt: Date,
        startedAt: Date? = nil, completedAt: Date? = nil, progress: Double = 0, pointCount: Int? = nil,
        dimension: Int? = nil, fileID: String? = nil, parameters: String? = nil,
        failure: JobFailure? = nil, attempts: Int = 0, origin: JobOrigin = JobOrigin()
    ) {
        self.id = id
        self.algorithm = algorithm
        self.state = state
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.completedAt = completedAt
        self.progress = progress
        self.pointCount = pointCount
        self.dimension = dimension
        self.fileID = fileID
        self.parameters = parameters
        self.failure = failure
        self.attempts = attempts
        self.origin = origin
    }
}

/// Where a job came from, for those who are told of it.
public struct JobOrigin: Sendable, Hashable {
    /// The id of the request that submitted it.
    public var correlationID: String?
    /// W3C trace context of that request.
    public var traceParent: String?
    public var user: String?
    /// Whether its end is announced.
    public var wantsNotice: Bool

    public init(
        correlationID: String? = nil, traceParent: String? = nil, user: String? = nil,
        wantsNotice: Bool = true
    ) {
        self.correlationID = correlationID
        self.traceParent = traceParent
        self.user = user
        self.wantsNotice = wantsNotice
    }
}

/// The results of a completed job.
public struct JobResults: Sendable, Hashable {
    /// The HTTP contract's `results` object, without `cached`.
    public var json: Data
    /// The parameters as they were used, a JSON object.
    public var parameters: String
    /// Identifies `json`: a digest of it.
    public var tag: String

    public init(json: Data, parameters: String, tag: String) {
        self.json = json
        self.parameters = parameters
        self.tag = tag
    }
}

/// The header `Idempotency-Key` of a request, and a digest of its body.
public struct IdempotencyKey: Sendable, Hashable {
    public var key: String
    public var digest: String

    public init(key: String, digest: String) {
        self.key = key
        self.digest = digest
    }
}
