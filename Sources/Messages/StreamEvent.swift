package import Formats
package import FoundationEssentials

/// An event of a stream, as `POST /stream/publish` takes it and `tda_events` carries it.
package struct StreamEvent: Sendable {
    /// The types of events that there are.
    package static let types = ["point_cloud_update"]

    package var type: String
    package var streamID: String
    /// The members as they were written, with what else stood there.
    private let members: [(key: String, json: [UInt8])]

    /// Reads an object and checks it against the schema: `stream_id`, `points` (rows of equal length) and
    /// `timestamp` have to be there; without `event_type` it is an update of a point cloud.
    ///
    /// - Parameters:
    ///   - reader: at the object.
    ///   - place: what that is called in messages.
    package init(_ reader: inout JSONReader, at place: String) throws(StreamEventError) {
        var type = Self.types[0]
        var streamID: String?
        var members: [(key: String, json: [UInt8])] = []
        var found: Set<String> = []
        var complaint: StreamEventError?
        do {
            try reader.object(at: place) { (key, reader) throws(JSONError) in
                guard found.insert(key).inserted else {
                    complaint = complaint ?? .invalid("\(place).\(key) stands there twice", "\(place).\(key)")
                    return try reader.skip()
                }
                reader.skipBlanks()
                let start = reader.position
                switch key {
                case "event_type": type = try reader.string(at: "\(place).event_type")
                case "stream_id": streamID = try reader.string(at: "\(place).stream_id")
                case "points":
                    let rows = try reader.rows(named: "\(place).points")
                    complaint = complaint ?? Self.complaint(about: rows, "\(place).points")
                case "timestamp":
                    let why = try Self.complaintAboutTime(&reader, "\(place).timestamp")
                    complaint = complaint ?? why
                default: try reader.skip()
                }
                members.append((key, Array(reader.bytes(from: start, to: reader.position))))
            }
        } catch {
            throw .json(error)
        }
        for key in ["stream_id", "points", "timestamp"] where !found.contains(key) {
            throw .invalid("\(place).\(key) is missing", "\(place).\(key)")
        }
        if let complaint { throw complaint }
        guard let streamID, streamID.isMessageKey else {
            throw .invalid(
                "\(place).stream_id has to have 1 to 255 bytes, none of them 0", "\(place).stream_id")
        }
        self.type = type
        self.streamID = streamID
        self.members = members
    }

    /// The record for Kafka.
    ///
    /// - Parameter key: the record's key; the stream's id as a rule.
    package func message(to topic: String, key: String, in envelope: Envelope) -> Message {
        let size = members.reduce(0) { $0 + $1.json.count + 16 }
        return envelope.message(to: topic, key: key, capacity: size) { json in
            json.member("event_type", type)
            for member in members where member.key != "event_type" {
                json.member(member.key, verbatim: member.json)
            }
        }
    }

    private static func complaint(about rows: NumberRows, _ place: String) -> StreamEventError? {
        if rows.rowCount == 0 { return .invalid("\(place) is empty", place) }
        if rows.width == 0 { return .invalid("\(place)[0] has no coordinates", "\(place)[0]") }
        guard let (row, found, _) = rows.ragged else { return nil }
        return .invalid(
            "\(place)[\(row)] has \(found) coordinates, expected \(rows.width)", "\(place)[\(row)]")
    }

    /// Reads a moment: a text as ISO 8601 has it, or seconds or milliseconds since 1970.
    private static func complaintAboutTime(
        _ reader: inout JSONReader, _ place: String
    ) throws(JSONError) -> StreamEventError? {
        if try reader.nextKind() == .number {
            _ = try reader.number(at: place)
            return nil
        }
        let text = try reader.string(at: place)
        return EventTime(text) == nil
            ? .invalid(
                "\(place) is \"\(text.prefix(40))\", expected a time as in 2026-01-31T12:00:00Z", place)
            : nil
    }
}

extension String {
    /// Whether it can be the key of a message; not every store can keep the character U+0000.
    package var isMessageKey: Bool { (1...255).contains(utf8.count) && !utf8.contains(0) }
}

/// Why something is no event of a stream.
package enum StreamEventError: Error {
    case json(JSONError)
    /// A message for people, and the place in the text.
    case invalid(String, String)
}

/// When an event happened, as producers write it.
package struct EventTime: Sendable, Hashable {
    package let date: Date

    /// `2026-01-31T12:00:00Z`, with a fraction of a second, with another zone, or without one, which means
    /// UTC; a blank may stand for the `T`.
    package init?(_ text: String) {
        var text = text
        if let blank = text.firstIndex(of: " "), text.distance(from: text.startIndex, to: blank) == 10 {
            text.replaceSubrange(blank...blank, with: "T")
        }
        let time = text.dropFirst(10)
        if !time.hasSuffix("Z"), !time.contains("+"), !time.contains("-") { text += "Z" }
        let hasFraction = text.contains(".")
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: hasFraction)
        guard let date = try? style.parse(text) else { return nil }
        self.date = date
    }

    /// Seconds since 1970, or milliseconds where seconds would lie beyond the year 5000.
    package init(_ number: Double) {
        date = Date(timeIntervalSince1970: number >= 1e11 ? number / 1000 : number)
    }
}
