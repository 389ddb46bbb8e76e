import Formats
import FoundationEssentials
package import Kafka
import Messages
package import Schemas

/// An event of a stream, checked: some points, and the record that they came in, which is kept in case its
/// window fails.
package struct CloudUpdate: Sendable {
    package let stream: String
    package let messageID: String
    /// Milliseconds since 1970.
    package let time: Int64
    package let dimension: Int
    /// Row-major.
    package let coordinates: [Double]
    package let record: ConsumedRecord

    package var pointCount: Int { coordinates.count / dimension }
    /// About what it takes in memory, in bytes.
    package var weight: Int { 512 + (record.value?.count ?? 0) + 8 * coordinates.count }
}

/// Reads the records of `tda_events`.
package struct EventReader: Sendable {
    private let schema: JSONSchema
    private let maxBytes: Int
    /// How far events may be ahead of the clock: one from the far future would close every window.
    private let maxAhead: Int64

    package init(
        schema: JSONSchema, maxBytes: Int = 4 << 20, maxAhead: Int64 = 24 * 3600 * 1000
    ) {
        self.schema = schema
        self.maxBytes = maxBytes
        self.maxAhead = maxAhead
    }

    /// - Parameter wallTime: milliseconds since 1970.
    /// - Throws: `DeadLetter` for everything that is no event.
    package func read(_ record: ConsumedRecord, wallTime: Int64) throws(BadRecord) -> CloudUpdate {
        let tree = try JSONRecord.tree(of: record, schema: schema, maxBytes: maxBytes)
        guard let payload = tree["payload"], let stream = payload["stream_id"]?.string,
            let rows = payload["points"]?.array, let id = tree["metadata"]?["message_id"]?.string
        else { throw BadRecord(.schema, "the message is no event of a stream") }
        let time = try Self.time(payload["timestamp"])
        guard time <= wallTime + maxAhead else {
            throw BadRecord(
                .invalid, "payload.timestamp lies more than \(maxAhead / 1000) s ahead of the clock")
        }
        let dimension = rows.first?.array?.count ?? 0
        var coordinates: [Double] = []
        coordinates.reserveCapacity(rows.count * dimension)
        for (index, row) in rows.enumerated() {
            let row = row.array ?? []
            guard row.count == dimension else {
                throw BadRecord(
                    .invalid, "payload.points[\(index)] has \(row.count) coordinates, expected \(dimension)")
            }
            for value in row { coordinates.append(value.number ?? 0) }
        }
        if let bad = coordinates.firstIndex(where: { !Float($0).isFinite }) {
            throw BadRecord(
                .invalid, "payload.points[\(bad / dimension)][\(bad % dimension)] is too large for float32")
        }
        return CloudUpdate(
            stream: stream, messageID: id, time: time, dimension: dimension, coordinates: coordinates,
            record: record)
    }

    /// Years 1 to 9999.
    private static let times = -62_135_596_800_000.0...253_402_300_799_999

    private static func time(_ value: JSONValue?) throws(BadRecord) -> Int64 {
        let moment: EventTime? =
            switch value {
            case .string(let text): EventTime(text)
            case .number(let number): EventTime(number)
            default: nil
            }
        guard let moment else {
            throw BadRecord(
                .invalid,
                "payload.timestamp is \"\(value?.string?.prefix(40) ?? "")\", expected a time as in 2026-01-31T12:00:00Z"
            )
        }
        let milliseconds = (moment.date.timeIntervalSince1970 * 1000).rounded()
        guard times.contains(milliseconds) else {
            throw BadRecord(.invalid, "payload.timestamp lies outside of the years 1 to 9999")
        }
        return Int64(milliseconds)
    }
}

/// Why a record cannot be used.
package struct BadRecord: Error, Sendable {
    package let reason: DeadLetterReason
    package let message: String

    package init(_ reason: DeadLetterReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

/// Values of records as JSON, checked.
enum JSONRecord {
    static func tree(
        of record: ConsumedRecord, schema: JSONSchema, maxBytes: Int
    ) throws(BadRecord) -> JSONValue {
        guard let value = record.value else { throw BadRecord(.tombstone, "the record has no value") }
        guard !value.isEmpty else { throw BadRecord(.empty, "the record's value is empty") }
        guard value.count <= maxBytes else {
            throw BadRecord(.tooLarge, "the record has \(value.count) bytes, \(maxBytes) are taken")
        }
        let tree: JSONValue
        do throws(JSONError) {
            tree = try JSONValue(parsing: withoutSchemaPrefix(value))
        } catch {
            throw BadRecord(.notJSON, "the value is not JSON: \(error)")
        }
        if let mismatch = schema.mismatch(in: tree) { throw BadRecord(.schema, mismatch.description) }
        return tree
    }

    /// Without Confluent's prefix, a zero byte and the schema's number in four more, where there is one.
    static func withoutSchemaPrefix(_ value: [UInt8]) -> [UInt8] {
        guard value.count > 5, value[0] == 0 else { return value }
        return Array(value[5...])
    }
}
