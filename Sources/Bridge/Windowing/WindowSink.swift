import Kafka
import Logging

/// Sends batches of results and dead letters, each as a transaction together with the offsets that it
/// settles, or, without transactions, as records that are waited for. Belongs to the window thread.
struct WindowSink: ~Copyable {
    private enum Phase {
        case idle
        /// Waiting for the brokers to have all records.
        case sending
        case addingOffsets
        case committing
        case aborting
    }

    private let producer: KafkaProducer
    private let isTransactional: Bool
    private let logger: Logger
    private let metrics: BridgeMetrics
    private var phase = Phase.idle
    private var batch = WindowProcessor.Batch(records: [], offsets: [:])
    /// The first record that is not with the producer yet.
    private var next = 0
    private var outstanding = 0
    private var hasFailed = false

    /// How long a call of a transaction may hold the thread up, which polls the group in between.
    private static let patience = 1000

    /// - Parameter transactionalID: nil for records without transactions.
    init(
        _ properties: KafkaProperties, transactionalID: String?, metrics: BridgeMetrics, logger: Logger
    ) throws(KafkaError) {
        var properties = KafkaProperties(["linger.ms": "2", "message.max.bytes": "16777216"]).merging(
            properties)
        if let transactionalID {
            properties["transactional.id"] = transactionalID
        } else {
            properties["message.timeout.ms"] = "0"
            // So that a batch that is sent again within the client is not there twice.
            properties["enable.idempotence"] = "true"
        }
        isTransactional = transactionalID != nil
        self.metrics = metrics
        self.logger = logger
        producer = try KafkaProducer(properties, logger: logger) { metrics.brokerError($0) }
    }

    /// Fences an earlier process with the same transactional id. False: to be called again.
    func prepare() throws(KafkaError) -> Bool {
        guard isTransactional else { return true }
        do throws(KafkaError) {
            try producer.initTransactions(milliseconds: Self.patience)
            return true
        } catch  where error.isRetriable {
            return false
        }
    }

    var isBusy: Bool { if case .idle = phase { false } else { true } }

    mutating func send(_ batch: WindowProcessor.Batch) throws(KafkaError) {
        self.batch = batch
        next = 0
        outstanding = 0
        hasFailed = false
        if isTransactional { try producer.beginTransaction() }
        phase = .sending
        try sendRest()
    }

    /// Goes on with the batch.
    ///
    /// - Returns: whether it succeeded, once it has ended.
    mutating func advance(_ consumer: KafkaConsumer) throws(KafkaError) -> Bool? {
        for delivery in producer.poll(milliseconds: 0) { try settle(delivery) }
        if let fatal = producer.fatalError { throw fatal }
        do throws(KafkaError) {
            switch phase {
            case .idle: return nil
            case .sending:
                try sendRest()
                guard outstanding == 0, next == batch.records.count || hasFailed else { return nil }
                if hasFailed {
                    guard isTransactional else { return end(false) }
                    phase = .aborting
                    return nil
                }
                guard isTransactional else { return end(true) }
                phase = .addingOffsets
                return nil
            case .addingOffsets:
                if !batch.offsets.isEmpty {
                    try producer.addOffsets(batch.offsets, of: consumer, milliseconds: Self.patience)
                }
                phase = .committing
                return nil
            case .committing:
                try producer.commitTransaction(milliseconds: Self.patience)
                return end(true)
            case .aborting:
                try producer.abortTransaction(milliseconds: Self.patience)
                return end(false)
            }
        } catch  where error.mustAbort {
            logger.warning(
                "a transaction is aborted and will be tried again", metadata: ["error": "\(error)"])
            phase = .aborting
            return nil
        } catch  where error.isRetriable && !error.isFatal {
            return nil
        }
    }

    private mutating func end(_ succeeded: Bool) -> Bool {
        phase = .idle
        batch = WindowProcessor.Batch(records: [], offsets: [:])
        return succeeded
    }

    private mutating func sendRest() throws(KafkaError) {
        while next < batch.records.count, !hasFailed {
            do throws(KafkaError) {
                try producer.send(batch.records[next], tag: next)
                outstanding += 1
            } catch  where error.isQueueFull {
                return
            } catch  where error.isAboutRecord {
                try sendStandIn(for: next, error)
            }
            next += 1
        }
    }

    private mutating func settle(_ delivery: Delivery) throws(KafkaError) {
        outstanding -= 1
        guard let error = delivery.error else { return }
        if error.isAboutRecord, !isTransactional {
            try sendStandIn(for: delivery.tag, error)
        } else {
            logger.warning(
                "a record was not delivered and will be tried again", metadata: ["error": "\(error)"])
            hasFailed = true
        }
    }

    /// For a record that no broker takes: a dead letter goes without its value.
    private mutating func sendStandIn(for index: Int, _ error: KafkaError) throws(KafkaError) {
        guard batch.records.indices.contains(index) else { return }
        var record = batch.records[index]
        metrics.refused()
        guard record.topic.hasSuffix(DeadLetter.topicSuffix), let value = record.value else {
            logger.error(
                "a result is not published, no broker takes it; raise message.max.bytes",
                metadata: ["topic": "\(record.topic)", "bytes": "\(record.byteCount)", "error": "\(error)"])
            return
        }
        record.headers.append(KafkaHeader(DeadLetter.headerPrefix + "value.omitted", "\(value.count)"))
        record.value = nil
        do throws(KafkaError) {
            try producer.send(record, tag: index)
            outstanding += 1
        } catch  where error.isQueueFull {
            hasFailed = true
        }
    }
}
