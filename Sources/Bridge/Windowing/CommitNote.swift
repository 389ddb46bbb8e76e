/// What is committed beside an offset, so that what a restart reads again does not close a window twice: how
/// far the streams' windows were done with, and which events were turned away.
///
/// Written as text for Kafka, at most `limit` characters (brokers take 4096 by default). Streams that do not
/// fit are left out, those that the common case covers first; a window of theirs may then come again, with
/// the same `message_id`. So are events: one may then be in a window although it has a dead letter.
package struct CommitNote: Equatable {
    /// The log was read up to here.
    package var position: Int64
    /// By the stream's key; nil: none of its windows is closed.
    package var floors: [String: Int64?]
    /// Of the streams that are not listed.
    package var defaultFloor: Int64?
    /// The offsets before `position`, rising, of events that are dead letters because they came late, or when
    /// their stream was full: read again, they could be in time.
    package var turnedAway: [Int64]

    package static let limit = 3800
    /// Of these characters, how many the events that were turned away may take.
    private static let turnedAwayLimit = 1000
    private static let version = "tda1"

    package init(
        position: Int64, floors: [String: Int64?], defaultFloor: Int64? = nil, turnedAway: [Int64] = []
    ) {
        self.position = position
        self.floors = floors
        self.defaultFloor = defaultFloor
        self.turnedAway = turnedAway
    }

    /// A short name for a stream: 45 bits of its hash (FNV-1a) in nine letters.
    package static func key(_ stream: String) -> String {
        let letters = Array("0123456789abcdefghijklmnopqrstuv")
        let hash = fnv1a(stream)
        return String((0..<9).map { letters[Int(hash >> UInt64(5 * $0) & 31)] })
    }

    /// The note, and how many streams and events did not fit.
    package func text() -> (text: String, leftOut: Int) {
        let events = turnedAwayText()
        let streams = floorsText(limit: Self.limit - events.text.utf8.count)
        return (streams.text + events.text, streams.leftOut + events.leftOut)
    }

    /// As distances from one to the next, backwards from `position`; empty without any.
    private func turnedAwayText() -> (text: String, leftOut: Int) {
        var text = ""
        var next = position
        for (index, offset) in turnedAway.reversed().enumerated() {
            let entry = (index == 0 ? ";" : ",") + String(next - offset, radix: 36)
            guard text.utf8.count + entry.utf8.count <= Self.turnedAwayLimit else {
                return (text, turnedAway.count - index)
            }
            text += entry
            next = offset
        }
        return (text, 0)
    }

    private func floorsText(limit: Int) -> (text: String, leftOut: Int) {
        let common = Dictionary(grouping: floors.values.compactMap(\.self), by: \.self)
            .max { ($0.value.count, $0.key) < ($1.value.count, $1.key) }?.key
        let compact = lines(default: common, of: floors.filter { $0.value != common }, limit: limit)
        if compact.leftOut == 0 { return compact }
        // Left out below a default, a stream's windows would be lost. Without one they only come twice.
        return lines(default: nil, of: floors.filter { $0.value != nil }, limit: limit)
    }

    private func lines(
        default common: Int64?, of listed: [String: Int64?], limit: Int
    ) -> (text: String, leftOut: Int) {
        let base = common ?? listed.values.compactMap(\.self).min() ?? 0
        var text = "\(Self.version);\(position);\(common.map(String.init) ?? "-");\(base);"
        var leftOut = 0
        for (key, floor) in listed.sorted(by: { $0.key < $1.key }) {
            let entry = key + (floor.map { String($0 - base, radix: 36) } ?? "-") + ","
            if text.utf8.count + entry.utf8.count <= limit { text += entry } else { leftOut += 1 }
        }
        return (text, leftOut)
    }

    /// Reads a note; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        guard parts.count == 5 || parts.count == 6, parts[0] == Self.version, let position = Int64(parts[1]),
            let base = Int64(parts[3])
        else { return nil }
        self.position = position
        defaultFloor = Int64(parts[2])
        floors = [:]
        turnedAway = []
        for entry in parts.count == 6 ? parts[5].split(separator: ",") : [] {
            guard let distance = Int64(entry, radix: 36), distance > 0 else { return nil }
            turnedAway.append((turnedAway.last ?? position) &- distance)
        }
        turnedAway.reverse()
        for entry in parts[4].split(separator: ",") {
            let key = String(entry.prefix(9))
            let rest = entry.dropFirst(9)
            if rest == "-" {
                floors.updateValue(nil, forKey: key)
            } else if let offset = Int64(rest, radix: 36) {
                floors.updateValue(base &+ offset, forKey: key)
            } else {
                return nil
            }
        }
    }
}

/// The hash of Fowler, Noll and Vo, 64 bits.
func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
}
