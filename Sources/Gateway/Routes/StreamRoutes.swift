import Formats
import Hummingbird
import JobStore
import Logging
import Messages
import NIOCore

/// `POST /stream/publish`: an event for Kafka, by way of the outbox.
struct StreamRoutes: Sendable {
    let outbox: any Outbox
    let topics: MessageTopics
    let bodies: BodyReader

    private static let operation = Operation(
        .post, "\(apiRoot)/stream/publish", "publishEvent", .streams, "An event for Kafka.",
        body: [.json("Publication")],
        answers: [Answer(.accepted, "It is in the outbox, which outlives a crash.", [.json("Published")])])

    var routes: [Route] {
        [Route(Self.operation) { request, context in try await publish(request, context) }]
    }

    private func publish(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let held = try await bodies.read(request)
        let body = held.bytes
        let publication = try body.withUnsafeReadableBytes { bytes throws(Problem) in
            try StreamPublication.read(bytes, topics: topics)
        }
        let envelope = Envelope(
            .streamEvent, source: "tda-gateway", correlationID: context.requestID,
            traceParent: request.traceParent)
        let message = publication.event.message(to: publication.topic, key: publication.key, in: envelope)
        do throws(StoreError) {
            try await outbox.enqueue([message])
        } catch {
            context.logger.error("an event cannot be stored", metadata: ["error": "\(error)"])
            throw Problem(error)
        }
        var json = JSONText(capacity: 128)
        json.object { json in
            json.member("message_id", message.id)
            json.member("topic", message.topic)
            json.member("status", "accepted")
        }
        return .json(json, status: .accepted)
    }
}
