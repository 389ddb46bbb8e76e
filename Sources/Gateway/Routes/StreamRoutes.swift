import Formats
import FoundationEssentials
import Hummingbird
import JobStore
import Logging
import Messages
import NIOCore
import Vocabulary

/// `POST /stream/publish`: events for Kafka, by way of the outbox.
struct StreamRoutes: Sendable {
    let outbox: any Outbox
    let topics: MessageTopics
    let bodies: BodyReader

    private static let operation = Operation(
        .post, "\(apiRoot)/stream/publish", "publishEvent", .streams, "An event for Kafka, or several.",
        description: "Several `events` are accepted together or not at all.", body: [.json("Publication")],
        answers: [Answer(.accepted, "It is in the outbox, which outlives a crash.", [.json("Published")])])

    var routes: [Route] {
        [Route(Self.operation) { request, context in try await publish(request, context) }]
    }

    private func publish(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let held = try await bodies.read(request)
        defer { withExtendedLifetime(held) {} }
        let publication = try held.bytes.withUnsafeReadableBytes { bytes throws(Problem) in
            try StreamPublication.read(bytes, topics: topics)
        }
        let (time, traceParent) = (Date(), request.traceParent?.text)
        let messages = publication.entries.map { entry in
            let envelope = Envelope(
                .streamEvent, source: "tda-gateway", correlationID: context.requestID,
                traceParent: traceParent, time: time)
            return entry.event.message(to: publication.topic, key: entry.key, in: envelope)
        }
        do throws(StoreError) {
            try await outbox.enqueue(messages)
        } catch {
            context.log.error("an event cannot be stored", metadata: ["error": "\(error)"])
            throw Problem(error)
        }
        var json = JSONText(capacity: 128 + 40 * messages.count)
        json.object { json in
            if publication.isBatch {
                json.member("count", messages.count)
                json.array("message_ids") { json in for message in messages { json.value(message.id) } }
            } else {
                json.member("message_id", messages.first?.id)
            }
            json.member("topic", publication.topic)
            json.member("status", "accepted")
        }
        return .json(json, status: .accepted)
    }
}
