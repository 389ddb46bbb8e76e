package import Kafka

/// Which records of partitions are done with, when they end in any order: an offset is committed once
/// everything before it is done.
package struct OffsetLedger {
    private struct Partition {
        var next: Int64
        /// Begun and not done.
        var open: Set<Int64> = []
        var committed: Int64?
    }

    private var partitions: [TopicPartition: Partition] = [:]

    package init() {}

    package mutating func assign(_ offsets: [TopicPartition: CommittedOffset]) {
        for (partition, committed) in offsets {
            partitions[partition] = Partition(next: committed.offset ?? 0, committed: committed.offset)
        }
    }

    package mutating func revoke(_ taken: [TopicPartition]) { for each in taken { partitions[each] = nil } }

    /// False for a record of a partition that is not ours any more.
    package mutating func begin(_ source: TopicPartition, _ offset: Int64) -> Bool {
        guard partitions[source] != nil else { return false }
        partitions[source]?.next = offset + 1
        partitions[source]?.open.insert(offset)
        return true
    }

    package mutating func finish(_ source: TopicPartition, _ offset: Int64) {
        partitions[source]?.open.remove(offset)
    }

    package var openCount: Int { partitions.values.reduce(0) { $0 + $1.open.count } }
    package var assigned: [TopicPartition] { partitions.keys.sorted() }

    package func openCount(in taken: [TopicPartition]) -> Int {
        taken.reduce(0) { $0 + (partitions[$1]?.open.count ?? 0) }
    }

    /// What can be committed and was not; `markCommitted` says that it was.
    package func due(_ which: [TopicPartition]? = nil) -> [TopicPartition: CommittedOffset] {
        var due: [TopicPartition: CommittedOffset] = [:]
        for (partition, state) in partitions where which?.contains(partition) ?? true {
            let offset = state.open.min() ?? state.next
            if offset > state.committed ?? 0 || (state.committed == nil && offset > 0) {
                due[partition] = CommittedOffset(offset: offset)
            }
        }
        return due
    }

    package mutating func markCommitted(_ offsets: [TopicPartition: CommittedOffset]) {
        for (partition, offset) in offsets { partitions[partition]?.committed = offset.offset }
    }

    /// Nothing is known to be committed any more.
    package mutating func commitFailed() { for each in partitions.keys { partitions[each]?.committed = nil } }
}
