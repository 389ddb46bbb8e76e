/// One record for Kafka, whoever sends it there: plain JSON, with its CloudEvents attributes as headers.
public struct Message: Sendable, Hashable {
    /// Stable however often it is delivered, so that consumers can drop repeats.
    public var id: String
    public var topic: String
    /// Messages with one key are delivered in the order in which they were made.
    public var key: String
    public var headers: [MessageHeader]
    /// UTF-8 JSON: `{"metadata": {…}, "payload": {…}}`.
    public var value: [UInt8]

    public init(id: String, topic: String, key: String, headers: [MessageHeader], value: [UInt8]) {
        self.id = id
        self.topic = topic
        self.key = key
        self.headers = headers
        self.value = value
    }
}

public struct MessageHeader: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a message tells, as `metadata.message_type` and `ce_type` say it.
public enum MessageType: String, Sendable, CaseIterable {
    case jobSubmitted = "job.submitted"
    case jobStarted = "job.started"
    case jobCompleted = "job.completed"
    case jobFailed = "job.failed"
    case jobCancelled = "job.cancelled"
    case resultGenerated = "result.generated"
    case streamEvent = "stream.event"
    case windowCompleted = "stream.window.completed"
    case computeRequest = "compute.request"
    /// A request came to no result.
    case computeFailed = "compute.failed"
}

/// The names of the topics, where an installation has its own.
public struct MessageTopics: Sendable, Hashable {
    public var jobs: String
    public var results: String
    public var events: String

    public init(jobs: String = "tda_jobs", results: String = "tda_results", events: String = "tda_events") {
        self.jobs = jobs
        self.results = results
        self.events = events
    }
}
