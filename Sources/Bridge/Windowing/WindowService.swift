import FoundationEssentials
import Glibc
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
    private let isStopping = StopFlag()

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
                let pause = trouble.next()
                logger.error(
                    "the windows' consumer starts anew",
                    metadata: ["error": "\(error)", "after": "\(pause.milliseconds) ms"])
                metrics.brokerError(error)
                Thread.pause(for: pause, unless: isStopping)
            }
        }
    }

    /// Until it is to stop, or the clients are of no use any more.
    private func work() throws(KafkaError) {
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
            for event in consumer.poll(milliseconds: sink.isBusy ? 1 : 20, limit: 500) {
                handle(event, &processor, &duties)
            }
            if duties.owesAssign { try start(&duties, consumer, &processor) }
            if duties.owesEmptyUnassign { try duties.unassignNothing(consumer) }
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
            duties.newcomers += partitions
            duties.owesAssign = true
        case .revoked(let partitions, let lost):
            logger.info(
                "partitions revoked", metadata: ["partitions": "\(list(partitions))", "lost": "\(lost)"])
            duties.newcomers.removeAll { partitions.contains($0) }
            duties.leaving += partitions
            duties.owesEmptyUnassign = partitions.isEmpty
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

    /// Reads on where the group left off.
    private func start(
        _ duties: inout GroupAnswers, _ consumer: KafkaConsumer, _ processor: inout WindowProcessor
    ) throws(KafkaError) {
        let committed: [TopicPartition: CommittedOffset]
        do throws(KafkaError) {
            committed = try committedOffsets(of: duties.newcomers, consumer)
        } catch  where !error.isFatal {
            logger.warning("committed offsets cannot be read; trying again", metadata: ["error": "\(error)"])
            return
        }
        duties.newcomers = []
        duties.owesAssign = false
        try consumer.assign(committed)
        processor.assigned(committed, now: now())
    }

    private func committedOffsets(
        of partitions: [TopicPartition], _ consumer: KafkaConsumer
    ) throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        if partitions.isEmpty { return [:] }
        return try consumer.committed(partitions, milliseconds: 2000)
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
                try consumer.commit(offsets, wait: false)
            } catch {
                processor.commitFailed()
            }
        case .pause(let partitions):
            logger.info("pausing: too much waits", metadata: ["partitions": "\(list(partitions))"])
            try consumer.pause(partitions)
        case .resume(let partitions):
            logger.info("resuming", metadata: ["partitions": "\(list(partitions))"])
            try consumer.resume(partitions)
        case .release(let partitions, let offsets):
            release(partitions, offsets, consumer, &duties)
        }
    }

    private func release(
        _ partitions: [TopicPartition], _ offsets: [TopicPartition: CommittedOffset],
        _ consumer: KafkaConsumer, _ duties: inout GroupAnswers
    ) {
        if !offsets.isEmpty {
            for attempt in 1...3 {
                do throws(KafkaError) {
                    try consumer.commit(offsets, wait: true)
                    break
                } catch {
                    logger.warning(
                        "offsets were not committed before handing partitions back",
                        metadata: ["error": "\(error)", "attempt": "\(attempt)"])
                }
            }
        }
        // Those that nobody asked for, as we stop, go when the consumer is closed.
        let asked = partitions.filter { duties.leaving.contains($0) }
        duties.leaving.removeAll { partitions.contains($0) }
        guard !asked.isEmpty else { return }
        do throws(KafkaError) { try consumer.unassign(asked) } catch {
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

/// What the group was told yet to be answered: librdkafka waits for it, also when it is closed.
private struct GroupAnswers {
    /// Given to us, and not read yet.
    var newcomers: [TopicPartition] = []
    /// An assignment is an answer's due even where it is of no partition.
    var owesAssign = false
    /// Taken away, and not handed back yet.
    var leaving: [TopicPartition] = []
    var owesEmptyUnassign = false

    mutating func unassignNothing(_ consumer: KafkaConsumer) throws(KafkaError) {
        owesEmptyUnassign = false
        try consumer.unassign([])
    }

    func answerRest(_ consumer: KafkaConsumer) throws(KafkaError) {
        if !leaving.isEmpty || owesEmptyUnassign { try consumer.unassign(leaving) }
        if owesAssign {
            try consumer.assign(
                Dictionary(uniqueKeysWithValues: newcomers.map { ($0, CommittedOffset(offset: nil)) }))
        }
    }
}

/// Waiting on a thread of our own.
enum Thread {
    static func pause(for duration: Duration, unless flag: StopFlag) {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end, !flag.isRaised { usleep(20_000) }
    }
}
