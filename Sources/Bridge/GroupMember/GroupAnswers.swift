import Kafka
import Logging

/// What the group was told yet to be answered: librdkafka waits for it, also when it is closed.
struct GroupAnswers {
    /// Given to us, and not read yet.
    private var newcomers: [TopicPartition] = []
    /// An assignment is an answer's due even where it is of no partition.
    private var owesAssign = false
    /// Taken away, and not handed back yet.
    private(set) var leaving: [TopicPartition] = []
    private var owesEmptyUnassign = false

    mutating func assigned(_ partitions: [TopicPartition]) {
        newcomers += partitions
        owesAssign = true
    }

    mutating func revoked(_ partitions: [TopicPartition]) {
        newcomers.removeAll { partitions.contains($0) }
        leaving += partitions
        owesEmptyUnassign = partitions.isEmpty
    }

    /// Has the partitions that came read on where the group left off.
    ///
    /// - Returns: those, and where; nil where there is nothing new, or where the brokers do not tell yet.
    mutating func readOn(
        _ consumer: KafkaConsumer, logger: Logger
    ) throws(KafkaError) -> [TopicPartition: CommittedOffset]? {
        guard owesAssign else { return nil }
        var committed: [TopicPartition: CommittedOffset] = [:]
        do throws(KafkaError) {
            if !newcomers.isEmpty { committed = try consumer.committed(newcomers, milliseconds: 2000) }
        } catch  where !error.isFatal {
            logger.warning("committed offsets cannot be read; trying again", metadata: ["error": "\(error)"])
            return nil
        }
        newcomers = []
        owesAssign = false
        try consumer.assign(committed)
        return committed
    }

    /// Hands back those of `partitions` that were taken away; the others go when the consumer is closed.
    mutating func handBack(_ partitions: [TopicPartition], _ consumer: KafkaConsumer) throws(KafkaError) {
        let asked = leaving.filter { partitions.contains($0) }
        leaving.removeAll { partitions.contains($0) }
        if !asked.isEmpty || owesEmptyUnassign { try consumer.unassign(asked) }
        owesEmptyUnassign = false
    }

    /// Before the consumer is closed.
    mutating func answerRest(_ consumer: KafkaConsumer) throws(KafkaError) {
        try handBack(leaving, consumer)
        guard owesAssign else { return }
        owesAssign = false
        try consumer.assign(
            Dictionary(uniqueKeysWithValues: newcomers.map { ($0, CommittedOffset(offset: nil)) }))
    }
}
