import FoundationEssentials
import Kafka
import Logging
import Schemas
import ServiceLifecycle
import TDAClient
import Vocabulary

/// Runs the window processor: a thread of its own polls the consumer, asks the daemon, and does what the
/// processor says.
final class WindowService: Service {
    private let options: WindowOptions
    private let reader: EventReader
    private let schemaIDs: SchemaIDs
    private let properties: KafkaProperties
    private let group: String
    /// Nil without transactions.
    private let transactionalID: String?
    private let daemon: DaemonLink
    private let metrics: BridgeMetrics
    private let logger: Logger

    /// The daemon's answer about a window.
    private typealias Answer = (Int, Result<ComputeResult, Failure>)

    init(
        options: WindowOptions, reader: EventReader, schemaIDs: SchemaIDs, properties: KafkaProperties,
        group: String, transactionalID: String?, daemon: DaemonLink, metrics: BridgeMetrics, logger: Logger
    ) {
        self.options = options
        self.reader = reader
        self.schemaIDs = schemaIDs
        self.properties = properties
        self.group = group
        self.transactionalID = transactionalID
        self.daemon = daemon
        self.metrics = metrics
        self.logger = logger
    }

    func run() async throws {
        await ConsumerThread(purpose: "windows", metrics: metrics, logger: logger).run {
            (isStopping) throws(KafkaError) in try self.work(isStopping)
        }
    }

    /// Until it is to stop, or the clients are of no use any more.
    private func work(_ isStopping: StopFlag) throws(KafkaError) {
        let metrics = metrics
        let consumer = try KafkaConsumer(group: group, consumerProperties, logger: logger) {
            metrics.brokerError($0)
        }
        defer { consumer.close() }
        var sink = try WindowSink(
            properties, transactionalID: transactionalID, metrics: metrics, logger: logger)
        while try !sink.prepare() { if isStopping.isRaised { return } }
        try consumer.subscribe([options.eventsTopic])

        var processor = WindowProcessor(
            options: options, reader: reader
        ) { [schemaIDs, topic = options.resultsTopic] in schemaIDs.header(for: topic) }
        let answers = Mailbox<Answer>()
        var duties = GroupAnswers()
        var stopBy: Int64?
        while true {
            // Few enough that the daemon does not run out of work while they are read.
            for event in consumer.poll(milliseconds: sink.isBusy ? 1 : 20, limit: 50) {
                handle(event, &processor, &duties)
            }
            if let newcomers = try duties.readOn(consumer, logger: logger) {
                processor.assigned(newcomers, now: now())
            }
            try duties.handBack([], consumer)
            for (id, outcome) in answers.take() {
                processor.computed(id, outcome, now: now(), wallTime: wallTime())
            }
            if let succeeded = try sink.advance(consumer) { processor.published(succeeded) }
            processor.tick(now: now())
            for action in processor.takeActions() {
                try perform(action, consumer, &sink, &processor, &duties, answers)
            }
            report(processor, consumer)
            if isStopping.isRaised {
                if stopBy == nil {
                    stopBy = now() + options.drainTime
                    processor.revoked(processor.assignedPartitions, lost: false, now: now())
                }
                if processor.assignedPartitions.isEmpty || now() > stopBy ?? 0 {
                    return try duties.answerRest(consumer)
                }
            }
        }
    }

    private var consumerProperties: KafkaProperties {
        KafkaProperties([
            "allow.auto.create.topics": "true", "isolation.level": "read_committed",
            // Beyond what waits in our own windows.
            "queued.max.messages.kbytes": "16384", "fetch.wait.max.ms": "100",
        ]).merging(properties)
    }

    private func handle(
        _ event: ConsumerEvent, _ processor: inout WindowProcessor, _ duties: inout GroupAnswers
    ) {
        switch event {
        case .record(let record): processor.record(record, now: now(), wallTime: wallTime())
        case .reachedEnd(let partition): processor.reachedEnd(partition, now: now())
        case .assigned(let partitions):
            logger.info("partitions assigned", metadata: ["partitions": "\(list(partitions))"])
            duties.assigned(partitions)
        case .revoked(let partitions, let lost):
            logger.info(
                "partitions revoked", metadata: ["partitions": "\(list(partitions))", "lost": "\(lost)"])
            duties.revoked(partitions)
            processor.revoked(partitions, lost: lost, now: now())
        case .committed(let error):
            guard let error else { return }
            logger.warning("offsets were not committed; trying again", metadata: ["error": "\(error)"])
            processor.commitFailed()
        case .failed(let error):
            metrics.brokerError(error)
            logger.warning("the consumer says", metadata: ["error": "\(error)"])
        }
    }

    private func perform(
        _ action: WindowProcessor.Action, _ consumer: KafkaConsumer, _ sink: inout WindowSink,
        _ processor: inout WindowProcessor, _ duties: inout GroupAnswers, _ answers: Mailbox<Answer>
    ) throws(KafkaError) {
        switch action {
        case .compute(let id, let request):
            Task { [daemon] in
                let outcome: Result<ComputeResult, Failure>
                do throws(Failure) {
                    outcome = .success(try await daemon.compute(request))
                } catch {
                    outcome = .failure(error)
                }
                answers.put((id, outcome))
                consumer.wake()
            }
        case .publish(let batch): try sink.send(batch)
        case .commit(let offsets):
            do throws(KafkaError) {
                try consumer.commit(offsets)
            } catch {
                processor.commitFailed()
            }
        case .pause(let partitions):
            logger.info("pausing: too much waits", metadata: ["partitions": "\(list(partitions))"])
            try consumer.pause(partitions)
        case .resume(let partitions):
            logger.info("resuming", metadata: ["partitions": "\(list(partitions))"])
            try consumer.resume(partitions)
        case .release(let partitions, let offsets, let left):
            if left > 0 {
                logger.warning(
                    "windows are left to the next owner of their partitions, which may repeat them",
                    metadata: ["windows": "\(left)", "partitions": "\(list(partitions))"])
            }
            release(partitions, offsets, consumer, &duties)
        }
    }

    private func release(
        _ partitions: [TopicPartition], _ offsets: [TopicPartition: CommittedOffset],
        _ consumer: KafkaConsumer, _ duties: inout GroupAnswers
    ) {
        if !offsets.isEmpty {
            for attempt in 1...2 {
                do throws(KafkaError) {
                    try consumer.commit(offsets, within: .seconds(3))
                    break
                } catch {
                    logger.warning(
                        "offsets were not committed before handing partitions back",
                        metadata: ["error": "\(error)", "attempt": "\(attempt)"])
                }
            }
        }
        do throws(KafkaError) { try duties.handBack(partitions, consumer) } catch {
            logger.warning("partitions were not handed back", metadata: ["error": "\(error)"])
        }
    }

    private func report(_ processor: WindowProcessor, _ consumer: KafkaConsumer) {
        guard metrics.wantsWindows(now: now()) else { return }
        let gauges = processor.gauges()
        var lag: [TopicPartition: Int64] = [:]
        for (partition, position) in gauges.positions {
            if let range = consumer.knownRange(partition) {
                lag[partition] = max(0, range.upperBound - position)
            }
        }
        metrics.windows(processor.counts, gauges, lag: lag)
    }

    private func list(_ partitions: [TopicPartition]) -> String {
        partitions.map(\.description).joined(separator: ",")
    }

    // MARK: Clocks

    private static let start = ContinuousClock.now

    private func now() -> Int64 { (ContinuousClock.now - Self.start).milliseconds }
    private func wallTime() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
