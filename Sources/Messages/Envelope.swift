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
    package var id = RandomID.make()

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
        // A moment that was read as 0.123 is a little less than that in binary.
        let milliseconds = (timeIntervalSince1970 * 1000 + 0.001).rounded(.down)
        guard milliseconds.magnitude < Self.formattable else {
            return formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
        return Self.contractText(ofMilliseconds: Int64(milliseconds))
    }

    /// Milliseconds before and after 1970 for which years have four digits.
    private static let formattable = 62e12

    /// Foundation's style does the same in a hundred times the time, and each request has several of these.
    /// Days to dates as in H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    private static func contractText(ofMilliseconds milliseconds: Int64) -> String {
        let (seconds, fraction) = milliseconds.flooredQuotient(by: 1000)
        let (days, time) = seconds.flooredQuotient(by: 86_400)
        let (era, dayOfEra) = (days + 719_468).flooredQuotient(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return String(unsafeUninitializedCapacity: 24) { text in
            var end = 0
            func put(_ value: Int64, digits: Int, then separator: Unicode.Scalar) {
                var rest = value
                for place in (end..<end + digits).reversed() {
                    text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                text[end + digits] = UInt8(ascii: separator)
                end += digits + 1
            }
            put(year, digits: 4, then: "-")
            put(month, digits: 2, then: "-")
            put(day, digits: 2, then: "T")
            put(time / 3600, digits: 2, then: ":")
            put(time / 60 % 60, digits: 2, then: ":")
            put(time % 60, digits: 2, then: ".")
            put(fraction, digits: 3, then: "Z")
            return end
        }
    }
}

extension Int64 {
    /// With a remainder that is never negative.
    fileprivate func flooredQuotient(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
