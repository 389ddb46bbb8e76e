package import Kafka
package import Vocabulary

/// What a window processor wants to be done.
extension WindowProcessor {
    package enum Action: Sendable {
        /// Ask the daemon; answer with `computed`.
        case compute(id: Int, ComputeRequest)
        /// Send these records; answer with `published`. The offsets belong to the same transaction, where
        /// there is one. There is never more than one batch on its way.
        case publish(Batch)
        /// Commit without waiting.
        case commit([TopicPartition: CommittedOffset])
        case pause([TopicPartition])
        case resume([TopicPartition])
        /// Commit, wait for it, then hand the partitions back; windows that were begun and are not done with are
        /// left to the next owner, who closes them again under the same ids.
        case release([TopicPartition], committing: [TopicPartition: CommittedOffset], leaving: Int)
    }

    package struct Batch: Sendable {
        package let records: [OutgoingRecord]
        package let offsets: [TopicPartition: CommittedOffset]
    }
}
