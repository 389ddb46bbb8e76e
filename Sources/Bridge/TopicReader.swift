package import Kafka
package import Logging

/// Reads topics from their beginning, in no group, for people who want to see what is there.
package struct TopicReader: Sendable {
    package let topics: [String]
    package let properties: KafkaProperties
    package let logger: Logger

    package init(topics: [String], properties: KafkaProperties, logger: Logger) {
        self.topics = topics
        self.properties = properties
        self.logger = logger
    }

    /// Blocks: for a thread of its own.
    ///
    /// - Parameters:
    ///   - duration: how long to wait for more.
    ///   - take: is told of each record; false ends the reading.
    package func read(for duration: Duration, take: (ConsumedRecord) -> Bool) throws(KafkaError) {
        let consumer = try KafkaConsumer(group: "tda-bridge-watch", properties, logger: logger)
        defer { consumer.close() }
        var partitions: [TopicPartition: CommittedOffset] = [:]
        for topic in topics {
            for partition in 0..<Int32(try consumer.partitionCount(of: topic, milliseconds: 10_000)) {
                partitions[TopicPartition(topic, partition)] = CommittedOffset(offset: 0)
            }
        }
        try consumer.assign(partitions)
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            for case .record(let record) in consumer.poll(milliseconds: 100, limit: 100) where !take(record) {
                return
            }
        }
    }
}
