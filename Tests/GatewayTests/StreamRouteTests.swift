import Gateway
import HTTPTypes
import HummingbirdTesting
import JobStore
import Messages
import Testing

@Suite struct StreamRouteTests {
    static let path = "/api/v1/stream/publish"
    static let data = #"{"stream_id": "s", "points": [[0, 1], [2, 3]], "timestamp": "2026-01-31T12:00:00Z"}"#

    static func body(
        topic: String = #""tda_events""#, type: String = #""point_cloud_update""#, data: String = data,
        options: String = "{}"
    ) -> String {
        #"{"topic": \#(topic), "event": {"type": \#(type), "data": \#(data)}, "options": \#(options)}"#
    }

    @Test func acceptsWhatIsInTheOutbox() async throws {
        try await withStoredGateway { (client, store) async throws in
            let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let response = try await client.post(
                Self.path, Self.body(), headers: [.init("traceparent")!: trace, .init("X-Request-Id")!: "r"])
            #expect(response.status == .accepted)
            let json = try response.json
            #expect(json["topic"] == "tda_events" && json["status"] == "accepted")

            let claimed = try await store.claimMessages(owner: "test", limit: 10, lease: .seconds(60))
            let message = try #require(claimed.first?.message)
            #expect(claimed.count == 1 && json["message_id"].text == message.id)
            #expect(message.topic == "tda_events" && message.key == "s")
            #expect(message.headers.contains { $0.name == "traceparent" && $0.value == trace })
            let value = String(decoding: message.value, as: UTF8.self)
            #expect(value.contains(#""points":[[0, 1], [2, 3]]"#) && value.contains(#""correlation_id":"r""#))
        }
    }

    @Test func takesSeveralAtOnceInTheirOrder() async throws {
        try await withStoredGateway { (client, store) async throws in
            let events = (0..<1000).map { index in
                let data = #"{"stream_id": "s\#(index)", "points": [[\#(index)]], "timestamp": 1}"#
                let options = index == 7 ? #", "options": {"partition_key": "seven"}"# : ""
                return #"{"type": "point_cloud_update", "data": \#(data)\#(options)}"#
            }
            let body = #"{"topic": "tda_events", "events": [\#(events.joined(separator: ","))]}"#
            let response = try await client.post(Self.path, body)
            #expect(response.status == .accepted)
            let json = try response.json
            #expect(json["status"] == "accepted" && json["count"] == 1000)
            let claimed = try await store.claimMessages(owner: "test", limit: 2000, lease: .seconds(60))
            #expect(claimed.map(\.message.key) == (0..<1000).map { $0 == 7 ? "seven" : "s\($0)" })
            #expect(Set(claimed.map(\.message.id)).count == 1000)
            let last = try #require(claimed.last).message
            #expect(json["message_ids"][999].text == last.id)
        }
    }

    @Test func takesSeveralTogetherOrNotAtAll() async throws {
        try await withStoredGateway { (client, store) async throws in
            let good = #"{"type": "point_cloud_update", "data": \#(Self.data)}"#
            let bad =
                #"{"type": "point_cloud_update", "data": {"stream_id": "s", "points": [], "timestamp": 1}}"#
            for (events, place) in [
                ("\(good), \(bad)", "events[1].data.points"), (#"\#(good), {"data": {}}"#, "events[1]"),
                ("", "events"), (Array(repeating: "7", count: 3).joined(separator: ","), "events[0]"),
            ] {
                let response = try await client.post(
                    Self.path, #"{"topic": "tda_events", "events": [\#(events)]}"#)
                #expect(response.status == .badRequest)
                #expect(try response.json["error"]["message"].text?.contains(place) == true)
            }
            let both = #"{"topic": "tda_events", "events": [\#(good)], "event": \#(good)}"#
            try await #expect(client.post(Self.path, both).status == .badRequest)
            #expect(try await store.outboxDepth().count == 0)
        }
    }

    @Test func takesTheKeyItIsGiven() async throws {
        try await withStoredGateway { (client, store) async throws in
            let response = try await client.post(
                Self.path, Self.body(options: #"{"partition_key": "p"}"#))
            #expect(response.status == .accepted)
            let claimed = try await store.claimMessages(owner: "test", limit: 10, lease: .seconds(60))
            #expect(claimed.map(\.message.key) == ["p"])
        }
    }

    @Test(arguments: [
        body(topic: #""elsewhere""#), body(topic: #""tda_jobs""#), body(topic: "7"),
        body(type: #""point_cloud_removal""#), body(data: "{}"), body(data: "[]"),
        body(data: data.replacing("[2, 3]", with: "[2]")),
        body(data: data.replacing("[2, 3]", with: #"["2", 3]"#)),
        body(options: #"{"partition_key": ""}"#), body(options: #"{"partition_key": "\u0000"}"#),
        body() + "x", "", "{}", #"{"topic": "tda_events"}"#,
        #"{"topic": "tda_events", "event": {"type": "point_cloud_update"}}"#,
    ])
    func refusesWhatDoesNotFit(body: String) async throws {
        try await withStoredGateway { (client, store) async throws in
            let response = try await client.post(Self.path, body)
            #expect(response.status == .badRequest)
            #expect(try response.json["error"]["code"] == "VALIDATION_ERROR")
            #expect(try await store.outboxDepth().count == 0)
        }
    }
}
