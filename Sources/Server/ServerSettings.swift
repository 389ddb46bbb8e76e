public import Wire

/// What the server takes, and how long it waits.
public struct ServerSettings: Sendable {
    public var maxConnections = 256
    /// Unanswered requests of one connection.
    public var maxInFlight = 256
    public var frameLimits = FrameLimits()
    /// In which a new connection must say hello.
    public var helloTimeout = Duration.seconds(10)
    /// For which a frame may stand still in its middle, or a reader may read nothing of what it is sent.
    public var stallTimeout = Duration.seconds(30)
    /// For which a loop stays awake after an answer, where requests come one quickly after the other.
    public var attention = Duration.microseconds(200)
    /// That what is running may take to end when the server stops.
    public var grace = Duration.seconds(10)

    public init() {}
}
