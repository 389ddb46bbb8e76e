import FoundationEssentials
package import Kafka
import Messages

/// Why a record was given up on.
package enum DeadLetterReason: String, Sendable {
    /// It has no value.
    case tombstone
    case empty
    case tooLarge = "too_large"
    case notJSON = "not_json"
    case schema
    /// The schema lets it through, and still it makes no sense.
    case invalid
    /// Its windows were closed before it came.
    case late
    /// Its stream holds as much as it may.
    case full = "stream_full"
    /// The daemon refused its window.
    case refused
    /// The daemon failed on its window again and again.
    case failing
}

/// A record that goes to the dead-letter topic, as it came, with what was wrong in headers of its own.
package struct DeadLetter: Sendable, Hashable {
    package let record: ConsumedRecord
    package let reason: DeadLetterReason
    package let message: String

    package init(_ record: ConsumedRecord, _ reason: DeadLetterReason, _ message: String) {
        self.record = record
        self.reason = reason
        self.message = message
    }

    package static let topicSuffix = ".dlq"
    /// What the headers that are ours begin with.
    static let headerPrefix = "dlq."

    /// The record for the dead-letter topic.
    ///
    /// - Parameters:
    ///   - failedAt: ISO 8601.
    ///   - withValue: false for a value that no broker takes any more; a header then says how long it was.
    package func outgoing(failedAt: String, withValue: Bool = true) -> OutgoingRecord {
        var headers = record.headers.filter { !$0.name.hasPrefix(Self.headerPrefix) }
        func add(_ name: String, _ value: String) {
            headers.append(KafkaHeader(Self.headerPrefix + name, value))
        }
        add("topic", record.source.topic)
        add("partition", "\(record.source.partition)")
        add("offset", "\(record.offset)")
        if let timestamp = record.timestamp { add("timestamp", "\(timestamp)") }
        add("error.code", reason.rawValue)
        add("error.message", String(message.prefix(1000)))
        add("failed_at", failedAt)
        if !withValue { add("value.omitted", "\(record.value?.count ?? 0)") }
        return OutgoingRecord(
            topic: record.source.topic + Self.topicSuffix, key: record.key,
            value: withValue ? record.value : nil, headers: headers)
    }

    /// - Parameter wallTime: when it failed, in milliseconds since 1970.
    func outgoing(wallTime: Int64) -> OutgoingRecord {
        outgoing(failedAt: Date(milliseconds: wallTime).contractText)
    }

    /// The record that was given up on, as `outgoing` wrote it, for its own topic again; nil for one that is
    /// no dead letter or has lost its value.
    package static func original(of record: ConsumedRecord) -> OutgoingRecord? {
        guard record.source.topic.hasSuffix(topicSuffix),
            !record.headers.contains(where: { $0.name == headerPrefix + "value.omitted" })
        else { return nil }
        func header(_ name: String) -> String? {
            record.headers.last { $0.name == headerPrefix + name }?.value
                .map { String(decoding: $0, as: UTF8.self) }
        }
        // Its own partition: whoever published it may have chosen by other rules than ours.
        return OutgoingRecord(
            topic: header("topic") ?? String(record.source.topic.dropLast(topicSuffix.count)),
            partition: header("partition").flatMap { Int32($0) }, key: record.key, value: record.value,
            headers: record.headers.filter { !$0.name.hasPrefix(headerPrefix) })
    }
}
