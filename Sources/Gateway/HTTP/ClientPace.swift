public import NIOCore

/// How slow a client may be before its connection is closed, so that many slow ones cannot use up what the
/// others need.
public struct PaceLimits: Sendable {
    /// For the head of the first request, from the moment that the connection is there.
    public var head = TimeAmount.seconds(15)
    /// Between an answer and the head of the next request.
    public var keepAlive = TimeAmount.seconds(60)
    /// A body may come as slowly as it likes for so long …
    public var bodyGrace = TimeAmount.seconds(10)
    /// … then it must have come at this rate on average.
    public var bodyBytesPerSecond = 1024
    /// How long a client may leave all of what waits for it unread.
    public var unread = TimeAmount.seconds(30)

    public init() {}

    /// How often to look; a client may be this much slower.
    var lookInterval: TimeAmount {
        let shortest = min(head, keepAlive, bodyGrace, unread)
        return .nanoseconds(max(shortest.nanoseconds / 4, 1_000_000))
    }
}

/// Whether the client of one connection keeps up with `PaceLimits`. Only the time in which the gateway waits
/// for the client counts.
struct ClientPace {
    enum Verdict: Equatable { case keepsUp, sendsNoRequest, sendsBodyTooSlowly, doesNotRead }

    private enum Inbound {
        case betweenRequests(since: NIODeadline)
        /// `waited` nanoseconds, and since `waitsSince` where a read is outstanding.
        case body(byteCount: Int, waited: Int64, waitsSince: NIODeadline?)
    }

    private let limits: PaceLimits
    private var inbound: Inbound
    private var headLimit: TimeAmount
    /// Requests whose answers are not complete.
    private var unanswered = 0
    private var unread = (byteCount: 0, since: NIODeadline.now())

    init(_ limits: PaceLimits, now: NIODeadline) {
        self.limits = limits
        headLimit = limits.head
        inbound = .betweenRequests(since: now)
    }

    mutating func headCame() {
        unanswered += 1
        headLimit = limits.keepAlive
        inbound = .body(byteCount: 0, waited: 0, waitsSince: nil)
    }

    /// The gateway asks for more of what the client sends.
    mutating func readBegan(now: NIODeadline) {
        if case .body(let byteCount, let waited, nil) = inbound {
            inbound = .body(byteCount: byteCount, waited: waited, waitsSince: now)
        }
    }

    mutating func bodyCame(byteCount more: Int, now: NIODeadline) {
        guard case .body(let byteCount, let waited, let since) = inbound else { return }
        let wait = since.map { (now - $0).nanoseconds } ?? 0
        inbound = .body(byteCount: byteCount + more, waited: waited + wait, waitsSince: nil)
    }

    mutating func requestEnded(now: NIODeadline) { inbound = .betweenRequests(since: now) }

    mutating func answerEnded(now: NIODeadline) {
        unanswered -= 1
        if case .betweenRequests = inbound { inbound = .betweenRequests(since: now) }
    }

    /// - Parameter unreadBytes: what waits to be sent.
    mutating func verdict(unreadBytes: Int, now: NIODeadline) -> Verdict {
        // Any byte that went shows that the client reads.
        if unreadBytes == 0 || unreadBytes != unread.byteCount { unread = (unreadBytes, now) }
        if now - unread.since > limits.unread { return .doesNotRead }
        switch inbound {
        case .betweenRequests(let since):
            return unanswered == 0 && now - since > headLimit ? .sendsNoRequest : .keepsUp
        case .body(let byteCount, let waited, let since):
            let wait = waited + (since.map { (now - $0).nanoseconds } ?? 0)
            guard wait > limits.bodyGrace.nanoseconds else { return .keepsUp }
            let due = Double(limits.bodyBytesPerSecond) * Double(wait) / 1e9
            return Double(byteCount) < due ? .sendsBodyTooSlowly : .keepsUp
        }
    }
}

/// Ends the body of a request that comes too slowly.
struct ClientTooSlow: Error {}
