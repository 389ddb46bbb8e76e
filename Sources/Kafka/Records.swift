/// A header of a record; names may repeat, a value may be null.
public struct KafkaHeader: Sendable, Hashable {
    public let name: String
    public let value: [UInt8]?

    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ value: String) { self.init(name, Array(value.utf8)) }
}

/// A record to be sent.
public struct OutgoingRecord: Sendable, Hashable {
    public var topic: String
    /// Nil lets the key decide.
    public var partition: Int32?
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [KafkaHeader]

    public init(
        topic: String, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?, headers: [KafkaHeader] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// About what it takes in a queue.
    public var byteCount: Int {
        headers.reduce(64 + (key?.count ?? 0) + (value?.count ?? 0)) {
            $0 + $1.name.utf8.count + ($1.value?.count ?? 0)
        }
    }
}

public struct TopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let topic: String
    public let partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (a: Self, b: Self) -> Bool {
        (a.topic, a.partition) < (b.topic, b.partition)
    }

    public var description: String { "\(topic)[\(partition)]" }
}

/// A record as it was consumed.
public struct ConsumedRecord: Sendable, Hashable {
    public let source: TopicPartition
    public let offset: Int64
    public let key: [UInt8]?
    public let value: [UInt8]?
    public let headers: [KafkaHeader]
    /// Milliseconds since 1970; nil where the producer gave none.
    public let timestamp: Int64?

    public init(
        source: TopicPartition, offset: Int64, key: [UInt8]?, value: [UInt8]?, headers: [KafkaHeader] = [],
        timestamp: Int64? = nil
    ) {
        self.source = source
        self.offset = offset
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }
}

/// An offset to be committed: that of the next record to read, and a note of the consumer's own with it.
public struct CommittedOffset: Sendable, Hashable {
    /// Nil where nothing was committed yet.
    public var offset: Int64?
    public var metadata: String

    public init(offset: Int64?, metadata: String = "") {
        self.offset = offset
        self.metadata = metadata
    }
}
