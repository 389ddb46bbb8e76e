import Kafka
import StreamWindows

/// All partitions that a bridge has.
extension [TopicPartition: PartitionWindows] {
    /// Those that it keeps.
    var reading: [TopicPartition] { filter { $0.value.drainUntil == nil }.keys.sorted() }
    /// Those that were taken away, and are handed back once what goes on in them has ended.
    var draining: [TopicPartition] { filter { $0.value.drainUntil != nil }.keys.sorted() }

    /// Streams with events in open windows.
    var openStreams: Int { values.reduce(0) { $0 + $1.windows.waitingCount } }
    var openWindows: Int { values.reduce(0) { $0 + $1.windows.openCount } }
    /// What the events in open windows weigh.
    var openWeight: Int { values.reduce(0) { $0 + $1.windows.totalWeight } }

    /// Closes the oldest window of the heaviest stream of the heaviest partition where all open windows together
    /// weigh more than `limit`.
    ///
    /// - Returns: the partition; nil where there is no need, or nothing to close.
    mutating func shedHeaviest(above limit: Int) -> TopicPartition? {
        let before = openWeight
        guard before > limit,
            let heaviest = self.max(by: { $0.value.windows.totalWeight < $1.value.windows.totalWeight })?.key,
            self[heaviest]?.windows.waitingCount ?? 0 > 0
        else { return nil }
        self[heaviest]?.windows.shed()
        return openWeight < before ? heaviest : nil
    }
}
