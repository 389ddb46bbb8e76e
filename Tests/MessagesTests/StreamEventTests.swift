import Formats
import FoundationEssentials
import Messages
import Testing

@Suite struct StreamEventTests {
    private func event(_ text: String) throws -> StreamEvent {
        var text = text
        return try text.withUTF8 { bytes in
            var reader = JSONReader(UnsafeRawBufferPointer(bytes))
            return try StreamEvent(&reader, at: "data")
        }
    }

    @Test func keepsWhatStoodThere() throws {
        let event = try event(
            #"{"more": [1], "timestamp": "2026-01-31T12:00:00Z", "points": [[0.10, 1e0]], "stream_id": "s"}"#)
        let message = event.message(
            to: "t", key: event.streamID, in: Envelope(.streamEvent, source: "here", correlationID: "c"))
        let value = String(decoding: message.value, as: UTF8.self)
        #expect(
            value.hasSuffix(
                #""payload":{"event_type":"point_cloud_update","more":[1],"timestamp":"2026-01-31T12:00:00Z","#
                    + #""points":[[0.10, 1e0]],"stream_id":"s"}}"#))
        #expect(message.key == "s" && message.topic == "t")
        #expect(value.contains(#""message_type":"stream.event""#))
    }

    @Test(arguments: [
        (#"{"points": [[1]], "timestamp": 1}"#, "data.stream_id"),
        (#"{"stream_id": "", "points": [[1]], "timestamp": 1}"#, "data.stream_id"),
        (#"{"stream_id": "s", "timestamp": 1}"#, "data.points"),
        (#"{"stream_id": "s", "points": [], "timestamp": 1}"#, "data.points"),
        (#"{"stream_id": "s", "points": [[]], "timestamp": 1}"#, "data.points[0]"),
        (#"{"stream_id": "s", "points": [[1], [1, 2]], "timestamp": 1}"#, "data.points[1]"),
        (#"{"stream_id": "s", "points": [[1]]}"#, "data.timestamp"),
        (#"{"stream_id": "s", "points": [[1]], "timestamp": "yesterday"}"#, "data.timestamp"),
        (#"{"stream_id": "s", "stream_id": "s", "points": [[1]], "timestamp": 1}"#, "data.stream_id"),
    ])
    func namesWhatIsWrong(text: String, place: String) throws {
        let error = #expect(throws: StreamEventError.self) { try event(text) }
        guard case .invalid(_, place) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func refusesNumbersThatAreNone() {
        let error = #expect(throws: StreamEventError.self) {
            try event(#"{"stream_id": "s", "points": [["1"]], "timestamp": 1}"#)
        }
        guard case .json = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        ("2026-01-31T12:00:00Z", 1_769_860_800), ("2026-01-31T12:00:00", 1_769_860_800),
        ("2026-01-31 12:00:00.500", 1_769_860_800.5), ("2026-01-31T13:00:00+01:00", 1_769_860_800),
        ("2026-01-31T12:00:00.123456", 1_769_860_800.123), ("2026-01-31T12:00:00.25+00:00", 1_769_860_800.25),
    ])
    func readsTimes(text: String, seconds: Double) throws {
        let time = try #require(EventTime(text))
        #expect(abs(time.date.timeIntervalSince1970 - seconds) < 0.001)
    }

    @Test func readsNumbersAsTimes() {
        #expect(EventTime(1_769_860_800).date == EventTime(1_769_860_800_000).date)
    }
}
