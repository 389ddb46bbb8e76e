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
    private let isStopping = StopFlag()
    /// Requests computed at a time; partitions are paused beyond.
    private static let concurrency = 16

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
        await withGracefulShutdownHandler {
            await withCheckedContinuation { ended in
                let isStarted = BlockingThread.start {
                    self.runThread()
                    ended.resume()
                }
                if !isStarted { ended.resume() }
            }
        } onGracefulShutdown: {
            self.isStopping.raise()
        }
    }

    private func runThread() {
        var trouble = Backoff(least: .milliseconds(500), most: .seconds(30))
        while !isStopping.isRaised {
            do throws(KafkaError) {
                try work()
                return
            } catch {
                logger.error("the requests' consumer starts anew", metadata: ["error": "\(error)"])
                metrics.brokerError(error)
                Thread.pause(for: trouble.next(), unless: isStopping)
            }
        }
    }

    /// A request whose answer is to be sent.
    private struct Answered: Sendable {
        let record: ConsumedRecord
        let answers: [OutgoingRecord]
    }

    private func work() throws(KafkaError) {
        let metrics = metrics
        let consumer = try KafkaConsumer(
            group: group,
            KafkaProperties([
                "allow.auto.create.topics": "true", "isolation.level": "read_committed",
                "fetch.wait.max.ms": "100",
            ]).merging(properties), logger: logger
        ) { metrics.brokerError($0) }
        defer { consumer.close() }
        let producer = try KafkaProducer(
            KafkaProperties(["message.timeout.ms": "0", "linger.ms": "1", "message.max.bytes": "16777216"])
                .merging(properties), logger: logger
        ) { metrics.brokerError($0) }
        try consumer.subscribe([topic])

        var ledger = OffsetLedger()
        var newcomers: [TopicPartition]?
        var leaving: (partitions: [TopicPartition], until: ContinuousClock.Instant)?
        /// Answers on their way to the brokers, by record.
        var sending: [Int: (record: ConsumedRecord, left: Int)] = [:]
        var tag = 0
        let answered = Mailbox<Answered>()
        var isPaused = false
        var tasks: [Task<Void, Never>] = []
        var nextCommit = ContinuousClock.now
        var stopBy: ContinuousClock.Instant?
        defer { for task in tasks { task.cancel() } }

        while true {
            for event in consumer.poll(milliseconds: sending.isEmpty ? 20 : 2, limit: 100) {
                switch event {
                case .record(let record):
                    guard !isStopping.isRaised, ledger.begin(record.source, record.offset) else { continue }
                    metrics.requestStarted()
                    tasks.append(Task { await self.answer(record, answered, consumer) })
                case .assigned(let partitions): newcomers = (newcomers ?? []) + partitions
                case .revoked(let partitions, let lost):
                    newcomers?.removeAll { partitions.contains($0) }
                    if lost { ledger.revoke(partitions) }
                    leaving = (partitions, .now + (lost ? .zero : .seconds(5)))
                case .committed(let error): if error != nil { ledger.commitFailed() }
                case .failed(let error): metrics.brokerError(error)
                case .reachedEnd: break
                }
            }
            // Those that have ended are of no use; the oldest have.
            if tasks.count > 1024 { tasks.removeFirst(512) }
            // An assignment is answered even where it is of no partition: librdkafka waits for it.
            if let given = newcomers {
                var committed: [TopicPartition: CommittedOffset]? = [:]
                if !given.isEmpty { committed = try? consumer.committed(given, milliseconds: 2000) }
                if let committed {
                    newcomers = nil
                    try consumer.assign(committed)
                    ledger.assign(committed)
                    if isPaused { try consumer.pause(committed.keys.sorted()) }
                }
            }
            for each in answered.take() {
                var left = 0
                for answer in each.answers {
                    do throws(KafkaError) {
                        try producer.send(answer, tag: tag)
                        left += 1
                    } catch  where error.isAboutRecord {
                        metrics.refused()
                        logger.error(
                            "an answer is not published, no broker takes it", metadata: ["error": "\(error)"])
                    }
                }
                if left > 0 {
                    sending[tag] = (each.record, left)
                    tag += 1
                } else {
                    ledger.finish(each.record.source, each.record.offset)
                }
            }
            for delivery in producer.poll(milliseconds: 0) {
                guard var entry = sending[delivery.tag] else { continue }
                if let error = delivery.error {
                    logger.error("an answer was not delivered", metadata: ["error": "\(error)"])
                }
                entry.left -= 1
                sending[delivery.tag] = entry
                if entry.left == 0 {
                    sending[delivery.tag] = nil
                    ledger.finish(entry.record.source, entry.record.offset)
                }
            }
            if let fatal = producer.fatalError { throw fatal }
            if isPaused ? ledger.openCount <= Self.concurrency / 2 : ledger.openCount >= Self.concurrency {
                isPaused.toggle()
                if isPaused {
                    try consumer.pause(ledger.assigned)
                } else {
                    try consumer.resume(ledger.assigned)
                }
            }
            if let (partitions, until) = leaving, ledger.openCount(in: partitions) == 0 || .now >= until {
                let due = ledger.due(partitions)
                if !due.isEmpty { try? consumer.commit(due, wait: true) }
                ledger.revoke(partitions)
                try consumer.unassign(partitions)
                leaving = nil
            }
            if .now >= nextCommit {
                nextCommit = .now + .milliseconds(500)
                let due = ledger.due()
                if !due.isEmpty {
                    ledger.markCommitted(due)
                    do throws(KafkaError) { try consumer.commit(due, wait: false) } catch {
                        ledger.commitFailed()
                    }
                }
            }
            if isStopping.isRaised {
                if stopBy == nil { stopBy = .now + .seconds(5) }
                if ledger.openCount == 0 || .now >= stopBy ?? .now {
                    let due = ledger.due()
                    if !due.isEmpty { try? consumer.commit(due, wait: true) }
                    if let leaving { try consumer.unassign(leaving.partitions) }
                    if newcomers != nil { try consumer.assign([:]) }
                    return
                }
            }
        }
    }

    // MARK: One request

    private func answer(_ record: ConsumedRecord, _ answered: Mailbox<Answered>, _ consumer: KafkaConsumer)
        async
    {
        let answers = await answers(to: record)
        guard !answers.isEmpty else { return metrics.requestEnded("unanswered") }
        answered.put(Answered(record: record, answers: answers))
        consumer.wake()
    }

    /// Empty when the bridge stops before there is an answer: the request is read again.
    private func answers(to record: ConsumedRecord) async -> [OutgoingRecord] {
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
