public import FoundationEssentials
public import Messages

/// The messages that wait to be sent to Kafka, in the same store as what they tell of.
///
/// One program fills it, another one, `tda-bridge`, drains it: it claims messages in their order, publishes
/// them, and marks each once a broker has acknowledged it. A claim that is not renewed lapses, so that
/// another bridge goes on where one has died. Delivery is at least once.
public protocol Outbox: Sendable {
    /// Adds messages in their order; they are durable when it returns.
    func enqueue(_ messages: [Message]) async throws(StoreError)

    /// Takes the first messages that nobody has claimed, in their order, at most `limit`.
    ///
    /// A message whose key has an earlier one that another owner holds is left for later. The owner may be
    /// given messages with one key in one claim or in several; to keep their order is up to it.
    func claimMessages(
        owner: String, limit: Int, lease: Duration
    ) async throws(StoreError) -> [OutboxMessage]

    /// Keeps messages that `owner` has claimed, by their sequence numbers, for `lease` from now.
    func renewClaims(
        _ sequences: [Int64], of owner: String, lease: Duration
    ) async throws(StoreError)

    /// Lets others have what `owner` has claimed and not marked.
    func releaseClaims(of owner: String) async throws(StoreError)

    /// Says that a broker has acknowledged these messages, by their sequence numbers; they are not kept.
    func markPublished(_ sequences: [Int64]) async throws(StoreError)

    /// Removes the messages that were made before `moment` and that nobody could publish.
    func pruneOutbox(madeBefore moment: Date) async throws(StoreError) -> Int

    func outboxDepth() async throws(StoreError) -> OutboxDepth
}

/// A message in the outbox.
public struct OutboxMessage: Sendable, Hashable {
    /// Its place in the outbox: what comes later has a larger one.
    public var sequence: Int64
    public var message: Message
    public var createdAt: Date
}

/// How much waits to be published.
public struct OutboxDepth: Sendable, Hashable {
    public var count: Int
    /// When the oldest of them was made; nil when there is none.
    public var oldest: Date?

    public init(count: Int, oldest: Date?) {
        self.count = count
        self.oldest = oldest
    }
}
