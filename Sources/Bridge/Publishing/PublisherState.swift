import DequeModule
package import Messages

/// Which messages of the outbox may be sent when. A state machine: it does nothing itself.
///
/// Messages with one key form a lane and are sent in their order. On most topics a message waits until the
/// brokers have acknowledged the one before, also where that went to another topic, so that a job's result is
/// never seen before its completion. On `pipelined` topics the messages of a lane may be on their way
/// together, as the idempotent producer keeps the order within a partition. Lanes do not wait for each other.
package struct PublisherState {
    package struct Limits: Sendable {
        /// Messages held at a time.
        package var messages = 8000
        /// About how many bytes they may take together.
        package var bytes = 64 << 20
        /// Messages claimed at a time.
        package var claim = 2000

        package init() {}
    }

    private struct Lane {
        var waiting = Deque<Int64>()
        var sent: Set<Int64> = []
    }

    private let limits: Limits
    private let isPipelined: (String) -> Bool
    private var messages: [Int64: Message] = [:]
    private var lanes: [String: Lane] = [:]
    /// Lanes whose first message may be sent.
    private var ready = Deque<String>()
    private var acknowledged: [Int64] = []
    /// Those that no broker takes; to claim them again would be of no use.
    private var refused: Set<Int64> = []
    package private(set) var heldBytes = 0
    /// About how long a message is, from those that have come.
    private var typicalBytes = 4096.0

    package init(limits: Limits = Limits(), pipelined: @escaping (String) -> Bool) {
        self.limits = limits
        self.isPipelined = pipelined
    }

    package var heldCount: Int { messages.count }
    /// Messages on their way to the brokers.
    package private(set) var sentCount = 0

    /// How many messages may be claimed now; 0 while enough are held.
    package var claimLimit: Int {
        guard messages.count <= limits.messages / 2, heldBytes <= limits.bytes / 2 else { return 0 }
        let fitting = Double(limits.bytes - heldBytes) / typicalBytes
        return max(1, min(limits.claim, limits.messages - messages.count, Int(fitting)))
    }

    /// Takes a message that was claimed; they come in the order of the outbox.
    package mutating func claimed(_ sequence: Int64, _ message: Message) {
        guard messages[sequence] == nil else { return }
        messages[sequence] = message
        heldBytes += message.byteCount
        typicalBytes += (Double(message.byteCount) - typicalBytes) / 16
        lanes[message.key, default: Lane()].waiting.append(sequence)
        ready.append(message.key)
    }

    /// The next message to be sent; nil when each lane waits for the brokers.
    package mutating func next() -> (sequence: Int64, message: Message)? {
        while let key = ready.popFirst() {
            guard var lane = lanes[key], let sequence = lane.waiting.first, let message = messages[sequence],
                maySend(message, in: lane)
            else { continue }
            lane.waiting.removeFirst()
            lane.sent.insert(sequence)
            lanes[key] = lane
            sentCount += 1
            if isPipelined(message.topic), !lane.waiting.isEmpty { ready.append(key) }
            return (sequence, message)
        }
        return nil
    }

    private func maySend(_ message: Message, in lane: Lane) -> Bool {
        guard !lane.sent.isEmpty else { return true }
        return isPipelined(message.topic) && lane.sent.allSatisfy { messages[$0]?.topic == message.topic }
    }

    /// It was not sent, or not delivered: it waits again, before the later ones of its lane.
    package mutating func notSent(_ sequence: Int64) {
        guard let key = messages[sequence]?.key, lanes[key]?.sent.remove(sequence) != nil else { return }
        let place = lanes[key]?.waiting.firstIndex { $0 > sequence } ?? lanes[key]?.waiting.count ?? 0
        lanes[key]?.waiting.insert(sequence, at: place)
        sentCount -= 1
        ready.prepend(key)
    }

    /// The brokers have it.
    package mutating func acknowledged(_ sequence: Int64) {
        guard remove(sequence) else { return }
        acknowledged.append(sequence)
    }

    /// No broker will ever take it: it stays in the outbox, its lane goes on.
    package mutating func refused(_ sequence: Int64) {
        if remove(sequence) { refused.insert(sequence) }
    }

    /// What is to stay claimed.
    package var claimedSequences: [Int64] { Array(messages.keys) + acknowledged + refused }

    private mutating func remove(_ sequence: Int64) -> Bool {
        guard let message = messages[sequence], lanes[message.key]?.sent.remove(sequence) != nil else {
            return false
        }
        messages[sequence] = nil
        heldBytes -= message.byteCount
        sentCount -= 1
        if let lane = lanes[message.key] {
            if !lane.waiting.isEmpty {
                ready.append(message.key)
            } else if lane.sent.isEmpty {
                lanes[message.key] = nil
            }
        }
        return true
    }

    /// The producer is lost with all that was on its way: it is to be sent again, in order.
    package mutating func producerLost() {
        ready.removeAll()
        for (key, var lane) in lanes {
            lane.waiting = Deque(lane.sent.sorted() + lane.waiting)
            lane.sent = []
            lanes[key] = lane
        }
        sentCount = 0
        // By age, so that what waited longest goes first.
        ready = Deque(
            lanes.sorted { ($0.value.waiting.first ?? 0) < ($1.value.waiting.first ?? 0) }.map(\.key))
    }

    /// The sequence numbers to be marked as published; each is returned once.
    package mutating func takeAcknowledged() -> [Int64] {
        defer { acknowledged = [] }
        return acknowledged
    }

    /// They could not be marked: to be tried again.
    package mutating func notMarked(_ sequences: [Int64]) { acknowledged = sequences + acknowledged }

    package var hasAcknowledged: Bool { !acknowledged.isEmpty }
}

extension Message {
    /// About what it takes in memory.
    var byteCount: Int {
        headers.reduce(256 + value.count + key.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }
}
