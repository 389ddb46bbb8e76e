package import Formats
package import FoundationEssentials

/// What stands around a payload: the contract's `metadata`, and the headers that say the same to whoever
/// does not read values (CloudEvents 1.0, Kafka binding, binary mode).
package struct Envelope: Sendable {
    package static let version = "1.0"

    package var type: MessageType
    /// The program that speaks.
    package var source: String
    /// What messages that belong together share: the id of the request that began it all.
    package var correlationID: String
    /// W3C trace context of that request.
    package var traceParent: String?
    package var time: Date
    package var id = UUID().uuidString.lowercased()

    package init(
        _ type: MessageType, source: String, correlationID: String, traceParent: String? = nil,
        time: Date = Date()
    ) {
        self.type = type
        self.source = source
        self.correlationID = correlationID
        self.traceParent = traceParent
        self.time = time
    }

    /// - Parameters:
    ///   - capacity: about how many bytes the payload takes.
    ///   - payload: writes the members of the payload.
    package func message(
        to topic: String, key: String, capacity: Int = 512, payload: (inout JSONText) -> Void
    ) -> Message {
        let time = time.contractText
        var json = JSONText(capacity: capacity + 320)
        json.object { json in
            json.object("metadata") { json in
                json.member("message_id", id)
                json.member("message_type", type.rawValue)
                json.member("timestamp", time)
                json.member("source", source)
                json.member("version", Self.version)
                json.member("correlation_id", correlationID)
            }
            json.object("payload", payload)
        }
        var headers = [
            MessageHeader("ce_specversion", "1.0"), MessageHeader("ce_id", id),
            MessageHeader("ce_type", type.rawValue), MessageHeader("ce_source", source),
            MessageHeader("ce_subject", key), MessageHeader("ce_time", time),
            MessageHeader("content-type", "application/json"),
        ]
        if let traceParent { headers.append(MessageHeader("traceparent", traceParent)) }
        return Message(id: id, topic: topic, key: key, headers: headers, value: json.bytes)
    }
}

extension Date {
    /// As in `2026-01-31T12:00:00.123Z`.
    package var contractText: String {
        formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
