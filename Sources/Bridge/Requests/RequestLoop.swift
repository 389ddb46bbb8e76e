import Kafka
import Logging

/// What the thread of the requests holds: a member of the group, a producer for the answers, and what is on its
/// way between them.
struct RequestLoop {
    /// A request whose answers are to be sent.
    struct Answered: Sendable {
        let record: ConsumedRecord
        let answers: [OutgoingRecord]
    }

    private struct Place: Hashable {
        let source: TopicPartition
        let offset: Int64

        init(_ record: ConsumedRecord) { (source, offset) = (record.source, record.offset) }
    }

    let consumer: KafkaConsumer
    private let producer: KafkaProducer
    private let metrics: BridgeMetrics
    private let logger: Logger
    private var ledger = OffsetLedger()
    private var group = GroupAnswers()
    /// When partitions that are taken away are handed back, whatever goes on in them.
    private var handBackBy: ContinuousClock.Instant?
    private var stopBy: ContinuousClock.Instant?
    private var running: [Place: Task<Void, Never>] = [:]
    /// By tag, the answers of one request that the brokers have not acknowledged.
    private var sending: [Int: (place: Place, left: Int)] = [:]
    private var nextTag = 0
    private var isPaused = false
    private var nextCommit = ContinuousClock.now

    /// Requests computed at a time; partitions are paused beyond.
    private static let concurrency = 16
    /// How long what goes on may take to end when partitions are taken away, or the bridge stops.
    private static let drainTime = Duration.seconds(5)

    init(
        topic: String, group: String, _ properties: KafkaProperties, metrics: BridgeMetrics, logger: Logger
    ) throws(KafkaError) {
        consumer = try KafkaConsumer(
            group: group,
            KafkaProperties([
                "allow.auto.create.topics": "true", "isolation.level": "read_committed",
                "fetch.wait.max.ms": "100",
            ]).merging(properties), logger: logger
        ) { metrics.brokerError($0) }
        producer = try KafkaProducer(
            KafkaProperties(["message.timeout.ms": "0", "linger.ms": "1", "message.max.bytes": "16777216"])
                .merging(properties), logger: logger
        ) { metrics.brokerError($0) }
        self.metrics = metrics
        self.logger = logger
        try consumer.subscribe([topic])
    }

    func close() {
        for task in running.values { task.cancel() }
        consumer.close()
    }

    /// The requests that came, to be begun.
    mutating func poll(isStopping: Bool) -> [ConsumedRecord] {
        var requests: [ConsumedRecord] = []
        for event in consumer.poll(milliseconds: sending.isEmpty ? 20 : 2, limit: 100) {
            switch event {
            case .record(let record):
                if !isStopping, ledger.begin(record.source, record.offset) { requests.append(record) }
            case .assigned(let partitions): group.assigned(partitions)
            case .revoked(let partitions, let lost):
                group.revoked(partitions)
                if lost { ledger.revoke(partitions) }
                handBackBy = .now + (lost ? .zero : Self.drainTime)
            case .committed(let error): if error != nil { ledger.commitFailed() }
            case .failed(let error): metrics.brokerError(error)
            case .reachedEnd: break
            }
        }
        return requests
    }

    /// - Parameter task: what will answer the request.
    mutating func began(_ record: ConsumedRecord, _ task: Task<Void, Never>) {
        running[Place(record)] = task
    }

    mutating func send(_ answered: Answered) throws(KafkaError) {
        let place = Place(answered.record)
        running[place] = nil
        var left = 0
        for answer in answered.answers {
            do throws(KafkaError) {
                try producer.send(answer, tag: nextTag)
                left += 1
            } catch  where error.isAboutRecord {
                metrics.refused()
                logger.error(
                    "an answer is not published, no broker takes it", metadata: ["error": "\(error)"])
            }
        }
        guard left > 0 else { return ledger.finish(place.source, place.offset) }
        sending[nextTag] = (place, left)
        nextTag += 1
    }

    /// What is due beside requests and answers.
    mutating func turn() throws(KafkaError) {
        try readOn()
        try settle()
        try adjustFlow()
        try handBack()
        commit()
    }

    private mutating func readOn() throws(KafkaError) {
        guard let newcomers = try group.readOn(consumer, logger: logger) else { return }
        ledger.assign(newcomers)
        if isPaused { try consumer.pause(newcomers.keys.sorted()) }
    }

    /// Takes note of what the brokers have acknowledged.
    private mutating func settle() throws(KafkaError) {
        for delivery in producer.poll(milliseconds: 0) {
            guard let (place, left) = sending[delivery.tag] else { continue }
            if let error = delivery.error {
                logger.error("an answer was not delivered", metadata: ["error": "\(error)"])
            }
            sending[delivery.tag] = left > 1 ? (place, left - 1) : nil
            if left == 1 { ledger.finish(place.source, place.offset) }
        }
        if let fatal = producer.fatalError { throw fatal }
    }

    private mutating func adjustFlow() throws(KafkaError) {
        let count = ledger.openCount
        guard isPaused ? count <= Self.concurrency / 2 : count >= Self.concurrency else { return }
        isPaused.toggle()
        if isPaused {
            try consumer.pause(ledger.assigned)
        } else {
            try consumer.resume(ledger.assigned)
        }
    }

    private mutating func handBack() throws(KafkaError) {
        let leaving = group.leaving
        guard let end = handBackBy, ledger.openCount(in: leaving) == 0 || .now >= end else { return }
        commitAndWait(leaving)
        ledger.revoke(leaving)
        try group.handBack(leaving, consumer)
        handBackBy = nil
    }

    private mutating func commit() {
        guard .now >= nextCommit else { return }
        nextCommit = .now + .milliseconds(500)
        let due = ledger.due()
        guard !due.isEmpty else { return }
        ledger.markCommitted(due)
        do throws(KafkaError) { try consumer.commit(due) } catch { ledger.commitFailed() }
    }

    /// - Parameter partitions: all where nil.
    private func commitAndWait(_ partitions: [TopicPartition]?) {
        let due = ledger.due(partitions)
        guard !due.isEmpty else { return }
        do throws(KafkaError) {
            try consumer.commit(due, within: .seconds(3))
        } catch {
            logger.warning(
                "offsets were not committed before partitions were handed back; their requests are read again",
                metadata: ["error": "\(error)"])
        }
    }

    /// Whether everything is done that is to be done before the consumer is closed.
    mutating func hasLeft(isStopping: Bool) throws(KafkaError) -> Bool {
        guard isStopping else { return false }
        let end = stopBy ?? .now + Self.drainTime
        stopBy = end
        guard ledger.openCount == 0 || .now >= end else { return false }
        commitAndWait(nil)
        try group.answerRest(consumer)
        return true
    }
}
