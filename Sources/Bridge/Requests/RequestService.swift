import Formats
import FoundationEssentials
import Kafka
import Logging
import Messages
import Schemas
import ServiceLifecycle

/// Runs the requests of `tda_requests` as jobs. Each is answered on the topic of results, with the request's
/// key and correlation id, before its offset is committed.
///
/// A request that is read twice gives the same job, by its `message_id`, and the same answer.
final class RequestService: Service {
    private let topic: String
    private let resultsTopic: String
    private let properties: KafkaProperties
    private let group: String
    private let schema: JSONSchema
    private let schemaIDs: SchemaIDs
    private let jobs: GatewayJobs
    private let metrics: BridgeMetrics
    private let logger: Logger
    private let maxBytes: Int

    init(
        topic: String, resultsTopic: String, properties: KafkaProperties, group: String, schema: JSONSchema,
        schemaIDs: SchemaIDs, jobs: GatewayJobs, maxBytes: Int, metrics: BridgeMetrics, logger: Logger
    ) {
        self.topic = topic
        self.resultsTopic = resultsTopic
        self.properties = properties
        self.group = group
        self.schema = schema
        self.schemaIDs = schemaIDs
        self.jobs = jobs
        self.maxBytes = maxBytes
        self.metrics = metrics
        self.logger = logger
    }

    func run() async throws {
        await ConsumerThread(purpose: "requests", metrics: metrics, logger: logger).run {
            (isStopping) throws(KafkaError) in try self.work(isStopping)
        }
    }

    private func work(_ isStopping: StopFlag) throws(KafkaError) {
        var loop = try RequestLoop(topic: topic, group: group, properties, metrics: metrics, logger: logger)
        defer { loop.close() }
        let answered = Mailbox<RequestLoop.Answered>()
        while try !loop.hasLeft(isStopping: isStopping.isRaised) {
            for record in loop.poll(isStopping: isStopping.isRaised) {
                metrics.requestStarted()
                loop.began(
                    record,
                    Task { [consumer = loop.consumer] in
                        let answers = await self.answers(to: record, unless: isStopping)
                        guard !answers.isEmpty else { return metrics.requestEnded("unanswered") }
                        answered.put(RequestLoop.Answered(record: record, answers: answers))
                        consumer.wake()
                    })
            }
            for each in answered.take() { try loop.send(each) }
            try loop.turn()
        }
    }

    // MARK: One request

    /// Empty when the bridge stops before there is an answer: the request is read again.
    private func answers(
        to record: ConsumedRecord, unless isStopping: StopFlag
    ) async -> [OutgoingRecord] {
        let tree: JSONValue
        do throws(BadRecord) {
            tree = try JSONRecord.tree(of: record, schema: schema, maxBytes: maxBytes)
        } catch {
            metrics.requestEnded(error.reason.rawValue)
            return [DeadLetter(record, error.reason, error.message).outgoing(failedAt: Date().contractText)]
        }
        guard let metadata = tree["metadata"], let id = metadata["message_id"]?.string,
            let payload = tree["payload"]
        else { return [] }
        let correlationID = metadata["correlation_id"]?.string ?? id
        let traceParent = record.headers.last { $0.name == "traceparent" }?.value
            .map { String(decoding: $0, as: UTF8.self) }
        var trouble = Backoff(least: .milliseconds(200), most: .seconds(10))
        while !Task.isCancelled, !isStopping.isRaised {
            do throws(GatewayJobs.Problem) {
                let ended = try await jobs.run(
                    key: id, correlationID: correlationID, payload: payload, traceParent: traceParent)
                metrics.requestEnded("completed")
                return [result(ended, id, correlationID, traceParent, record)]
            } catch {
                switch error {
                case .passing(let reason, let retryAfter):
                    logger.warning("a request waits", metadata: ["reason": "\(reason)"])
                    let pause = trouble.next()
                    try? await Task.sleep(for: max(pause, retryAfter ?? .zero))
                case .failed(let job, let code, let message):
                    metrics.requestEnded("failed")
                    return [failure(job, code, message, id, correlationID, traceParent, record)]
                case .refused(let code, let message):
                    metrics.requestEnded("refused")
                    return [
                        failure(nil, code, message, id, correlationID, traceParent, record),
                        DeadLetter(record, .refused, "\(code): \(message)").outgoing(
                            failedAt: Date().contractText),
                    ]
                }
            }
        }
        return []
    }

    private func result(
        _ ended: GatewayJobs.Ended, _ id: String, _ correlationID: String, _ traceParent: String?,
        _ record: ConsumedRecord
    ) -> OutgoingRecord {
        respond(.resultGenerated, id, correlationID, traceParent, record) { json in
            json.member("job_id", ended.id)
            json.member("result_id", NameBasedID.uuid(namespace: NameBasedID.windows, "request\n\(id)"))
            json.member("result_type", "persistence_diagram")
            json.member("algorithm", ended.algorithm)
            for (name, value) in (ended.results.object ?? [:]).sorted(by: { $0.key < $1.key }) {
                json.key(name)
                json.value(value)
            }
        }
    }

    private func failure(
        _ job: String?, _ code: String, _ message: String, _ id: String, _ correlationID: String,
        _ traceParent: String?, _ record: ConsumedRecord
    ) -> OutgoingRecord {
        respond(.computeFailed, id, correlationID, traceParent, record) { json in
            if let job { json.member("job_id", job) }
            json.object("error") { json in
                json.member("code", code)
                json.member("message", message)
            }
        }
    }

    /// An answer has the key of the request, whatever bytes that is.
    private func respond(
        _ type: MessageType, _ id: String, _ correlationID: String, _ traceParent: String?,
        _ record: ConsumedRecord, payload: (inout JSONText) -> Void
    ) -> OutgoingRecord {
        var envelope = Envelope(
            type, source: "tda-bridge", correlationID: correlationID, traceParent: traceParent)
        envelope.id = NameBasedID.uuid(namespace: NameBasedID.windows, "answer\n\(type.rawValue)\n\(id)")
        let key = record.key.map { String(decoding: $0, as: UTF8.self) } ?? id
        let message = envelope.message(to: resultsTopic, key: key, payload: payload)
        var outgoing = OutgoingRecord(message, schemaID: schemaIDs.header(for: resultsTopic))
        outgoing.key = record.key
        return outgoing
    }
}
