package import Kafka
package import Logging

/// Sends dead letters back to the topics they came from, up to the end that their topics have when it begins.
///
/// Where it got to is committed under a group of its own, so that each letter goes back once. A letter that
/// fails again comes back as a new one.
package struct Redrive: Sendable {
    package let topic: String
    package let group: String
    package let properties: KafkaProperties
    /// At most so many.
    package let limit: Int
    /// Only look.
    package let isDry: Bool
    package let logger: Logger

    package init(
        topic: String, group: String, properties: KafkaProperties, limit: Int, isDry: Bool, logger: Logger
    ) {
        self.topic = topic
        self.group = group
        self.properties = properties
        self.limit = limit
        self.isDry = isDry
        self.logger = logger
    }

    /// What was done.
    package struct Outcome: Sendable, Equatable {
        package var sent = 0
        /// Letters whose value no dead-letter topic could hold, and records that are no letters.
        package var left = 0
    }

    /// Blocks: for a thread of its own.
    ///
    /// - Parameter show: is told of each letter: what failed, and where it stood.
    package func run(show: (ConsumedRecord) -> Void = { _ in }) throws(KafkaError) -> Outcome {
        let dead = topic + DeadLetter.topicSuffix
        let consumer = try KafkaConsumer(group: group, properties, logger: logger)
        defer { consumer.close() }
        let producer = try KafkaProducer(properties, logger: logger)
        let count = try consumer.partitionCount(of: dead, milliseconds: 10_000)
        let partitions = (0..<Int32(count)).map { TopicPartition(dead, $0) }
        guard !partitions.isEmpty else { return Outcome() }
        // What comes later may be what was sent back, and failed again.
        var ends: [TopicPartition: Int64] = [:]
        for partition in partitions {
            ends[partition] = try consumer.range(of: partition, milliseconds: 10_000).upperBound
        }
        try consumer.assign(try consumer.committed(partitions, milliseconds: 10_000))

        var outcome = Outcome()
        var unfinished = Set(partitions)
        var positions: [TopicPartition: CommittedOffset] = [:]
        var waiting = 0
        var failure: KafkaError?
        func settle(_ deliveries: [Delivery]) {
            waiting -= deliveries.count
            failure = failure ?? deliveries.lazy.compactMap(\.error).first
        }
        while !unfinished.isEmpty, outcome.sent < limit, failure == nil {
            for event in consumer.poll(milliseconds: 200, limit: 200) {
                switch event {
                case .record(let record):
                    guard outcome.sent < limit else { continue }
                    guard record.offset < ends[record.source] ?? 0 else {
                        unfinished.remove(record.source)
                        continue
                    }
                    show(record)
                    positions[record.source] = CommittedOffset(offset: record.offset + 1)
                    guard let original = DeadLetter.original(of: record) else {
                        outcome.left += 1
                        continue
                    }
                    outcome.sent += 1
                    guard !isDry else { continue }
                    try producer.send(original, tag: outcome.sent)
                    waiting += 1
                case .reachedEnd(let partition): unfinished.remove(partition)
                case .failed(let error): logger.warning("the consumer says", metadata: ["error": "\(error)"])
                case .assigned, .revoked, .committed: break
                }
            }
            settle(producer.poll(milliseconds: 0))
        }
        while waiting > 0 { settle(producer.poll(milliseconds: 200)) }
        if let failure { throw failure }
        if !isDry, !positions.isEmpty { try consumer.commit(positions, within: .seconds(30)) }
        return outcome
    }
}
