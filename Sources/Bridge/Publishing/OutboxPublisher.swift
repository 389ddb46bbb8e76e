import JobStore
import Kafka
import Logging
import Messages
import ServiceLifecycle
import Synchronization

/// Publishes the outbox: claims messages, sends them, marks those that the brokers have acknowledged.
///
/// One task owns the state; claiming, marking and the thread that polls librdkafka tell it what happened
/// through one stream of happenings.
final class OutboxPublisher: Service {
    fileprivate enum Happening: Sendable {
        case deliveries([Delivery])
        case claimed(Result<[OutboxMessage], StoreError>)
        case marked([Int64], StoreError?)
        case timeToRenew
        case notRenewed(StoreError)
        case timeToLook
        case timer
        case stop
        case stopNow
    }

    private let outbox: any Outbox
    private let properties: KafkaProperties
    private let topics: MessageTopics
    private let schemaIDs: SchemaIDs
    private let owner: String
    private let metrics: BridgeMetrics
    private let logger: Logger
    private static let lease = Duration.seconds(30)
    /// How often an empty outbox is looked into.
    private static let interval = Duration.milliseconds(25)

    init(
        outbox: any Outbox, properties: KafkaProperties, topics: MessageTopics, schemaIDs: SchemaIDs,
        owner: String, metrics: BridgeMetrics, logger: Logger
    ) {
        self.outbox = outbox
        self.properties = properties
        self.topics = topics
        self.schemaIDs = schemaIDs
        self.owner = owner
        self.metrics = metrics
        self.logger = logger
    }

    func run() async throws {
        let (happenings, tell) = AsyncStream.makeStream(of: Happening.self)
        let events = topics.events
        var state = PublisherState { $0 == events }
        var producer = try startProducer(tell)
        var claiming = false
        var marking = false
        var stopping = false
        var isTimerSet = false
        func lookAgain(after delay: Duration) {
            guard !isTimerSet else { return }
            isTimerSet = true
            Task {
                try? await Task.sleep(for: delay)
                tell.yield(.timer)
            }
        }
        var trouble = Backoff(least: .milliseconds(100), most: .seconds(5))
        let clock = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.lease / 3)
                tell.yield(.timeToRenew)
            }
        }
        defer { clock.cancel() }

        tell.yield(.timeToLook)
        try await withGracefulShutdownHandler {
            for await happening in happenings {
                switch happening {
                case .deliveries(let deliveries):
                    for each in deliveries { settle(each, in: &state) }
                case .claimed(.success(let messages)):
                    claiming = false
                    trouble.reset()
                    for each in messages { state.claimed(each.sequence, each.message) }
                    if messages.isEmpty {
                        lookAgain(after: Self.interval)
                    } else {
                        tell.yield(.timeToLook)
                    }
                case .claimed(.failure(let error)):
                    claiming = false
                    complain(error)
                    lookAgain(after: trouble.next())
                case .marked(let sequences, let error):
                    marking = false
                    if let error {
                        complain(error)
                        state.notMarked(sequences)
                        lookAgain(after: trouble.next())
                    } else {
                        metrics.published(sequences.count)
                    }
                case .timeToRenew: renew(state.claimedSequences, tell)
                case .notRenewed(let error): complain(error)
                case .timeToLook: break
                case .timer: isTimerSet = false
                case .stop:
                    stopping = true
                    // What is on its way gets some time to arrive.
                    Task {
                        try? await Task.sleep(for: .seconds(5))
                        tell.yield(.stopNow)
                    }
                case .stopNow: tell.finish()
                }
                if let fatal = producer.producer.fatalError {
                    logger.error(
                        "the producer is of no use any more; a new one takes over",
                        metadata: ["error": "\(fatal)"])
                    producer.stop()
                    state.producerLost()
                    try? await Task.sleep(for: trouble.next())
                    producer = try startProducer(tell)
                }
                if !stopping { send(&state, producer.producer) }
                if !marking, state.hasAcknowledged {
                    marking = true
                    mark(state.takeAcknowledged(), tell)
                }
                if !stopping, !claiming, case let limit = state.claimLimit, limit > 0, happening.mayClaim {
                    claiming = true
                    claim(limit, tell)
                }
                metrics.publisher(held: state.heldCount, heldBytes: state.heldBytes, sent: state.sentCount)
                if stopping, state.sentCount == 0, !marking, !state.hasAcknowledged { tell.finish() }
            }
        } onGracefulShutdown: {
            tell.yield(.stop)
        }
        producer.stop()
        try? await outbox.releaseClaims(of: owner)
    }

    // MARK: Sending

    private struct RunningProducer: Sendable {
        let producer: KafkaProducer
        let isStopped: StopFlag
        func stop() { isStopped.raise() }
    }

    private func startProducer(
        _ tell: AsyncStream<Happening>.Continuation
    ) throws(KafkaError) -> RunningProducer {
        // Nothing is given up on: what cannot be delivered now waits, at most as much as the state holds.
        var properties = KafkaProperties([
            "message.timeout.ms": "0", "linger.ms": "2", "message.max.bytes": "16777216",
            "queue.buffering.max.messages": "100000",
        ]).merging(properties)
        properties["enable.idempotence"] = "true"
        let metrics = metrics
        let producer = try KafkaProducer(properties, logger: logger) { metrics.brokerError($0) }
        let isStopped = StopFlag()
        BlockingThread.start {
            while !isStopped.isRaised {
                let deliveries = producer.poll(milliseconds: 100)
                if !deliveries.isEmpty { tell.yield(.deliveries(deliveries)) }
            }
        }
        return RunningProducer(producer: producer, isStopped: isStopped)
    }

    private func send(_ state: inout PublisherState, _ producer: KafkaProducer) {
        while let (sequence, message) = state.next() {
            var headers = message.headers.map { KafkaHeader($0.name, $0.value) }
            if let header = schemaIDs.header(for: message.topic) { headers.append(header) }
            let record = OutgoingRecord(
                topic: message.topic, key: Array(message.key.utf8), value: message.value, headers: headers)
            do throws(KafkaError) {
                try producer.send(record, tag: Int(sequence))
            } catch  where error.isQueueFull || error.isFatal {
                return state.notSent(sequence)
            } catch {
                refuse(sequence, error, in: &state)
            }
        }
    }

    private func settle(_ delivery: Delivery, in state: inout PublisherState) {
        let sequence = Int64(delivery.tag)
        guard let error = delivery.error else { return state.acknowledged(sequence) }
        if error.isAboutRecord { refuse(sequence, error, in: &state) } else { state.notSent(sequence) }
    }

    private func refuse(_ sequence: Int64, _ error: KafkaError, in state: inout PublisherState) {
        logger.error(
            "a message cannot be published and stays in the outbox",
            metadata: ["sequence": "\(sequence)", "error": "\(error)"])
        metrics.refused()
        state.refused(sequence)
    }

    // MARK: The store

    private func claim(_ limit: Int, _ tell: AsyncStream<Happening>.Continuation) {
        Task { [outbox, owner] in
            do throws(StoreError) {
                let messages = try await outbox.claimMessages(owner: owner, limit: limit, lease: Self.lease)
                tell.yield(.claimed(.success(messages)))
            } catch {
                tell.yield(.claimed(.failure(error)))
            }
        }
    }

    private func renew(_ sequences: [Int64], _ tell: AsyncStream<Happening>.Continuation) {
        Task { [outbox, owner] in
            do throws(StoreError) {
                try await outbox.renewClaims(sequences, of: owner, lease: Self.lease)
            } catch {
                tell.yield(.notRenewed(error))
            }
        }
    }

    private func mark(_ sequences: [Int64], _ tell: AsyncStream<Happening>.Continuation) {
        Task { [outbox] in
            do throws(StoreError) {
                try await outbox.markPublished(sequences)
                tell.yield(.marked(sequences, nil))
            } catch {
                tell.yield(.marked(sequences, error))
            }
        }
    }

    private func complain(_ error: StoreError) {
        metrics.storeError()
        logger.warning("the outbox cannot be read or marked; trying again", metadata: ["error": "\(error)"])
    }
}

extension OutboxPublisher.Happening {
    /// An empty claim is not followed by the next one at once, but when it is time.
    fileprivate var mayClaim: Bool {
        switch self {
        case .timeToLook, .timer, .deliveries, .marked: true
        case .claimed, .timeToRenew, .notRenewed, .stop, .stopNow: false
        }
    }
}
