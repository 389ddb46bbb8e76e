import Kafka

/// The dead letters that wait for the brokers, in the order in which they came up.
struct LetterQueue {
    struct Letter {
        let source: TopicPartition
        /// Of the record that was given up on.
        let offset: Int64
        let record: OutgoingRecord
    }

    private var letters: [Letter] = []

    var count: Int { letters.count }
    var isEmpty: Bool { letters.isEmpty }

    /// - Parameter wallTime: now, in milliseconds since 1970.
    mutating func add(_ letter: DeadLetter, wallTime: Int64) {
        letters.append(
            Letter(
                source: letter.record.source, offset: letter.record.offset,
                record: letter.outgoing(wallTime: wallTime)))
    }

    /// The first `limit` of them, which are on their way now; none where that is negative.
    mutating func take(_ limit: Int) -> [Letter] {
        let taken = Array(letters.prefix(max(0, limit)))
        letters.removeFirst(taken.count)
        return taken
    }

    /// They did not arrive: they are the first again.
    mutating func putBack(_ taken: [Letter]) { letters = taken + letters }

    /// Whoever has the partition now comes to them again.
    mutating func drop(_ partition: TopicPartition) { letters.removeAll { $0.source == partition } }
}
