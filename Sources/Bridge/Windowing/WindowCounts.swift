package import Kafka

/// What the window processor has done.
package struct WindowCounts: Sendable, Hashable {
    package var events = 0
    package var duplicates = 0
    package var closed: [String: Int] = [:]
    package var computed = 0
    package var published = 0
    package var failures: [String: Int] = [:]
    /// Pairs of points of overlapping windows.
    package var distancesComputed = 0
    package var distancesReused = 0
    package var letters: [String: Int] = [:]
    package var rebalances = 0
    package var pauses = 0
    package var streamsWithoutNote = 0
}

/// How the window processor stands.
package struct WindowGauges: Sendable {
    /// Streams with events that wait, and windows that are open.
    package var openStreams = 0
    package var openWindows = 0
    package var pending = 0
    package var openBytes = 0
    package var pendingBytes = 0
    package var isPaused = false
    /// The offset of the next record, by partition.
    package var positions: [TopicPartition: Int64] = [:]
}
