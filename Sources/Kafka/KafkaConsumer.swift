internal import CRdKafka
public import Logging

/// What a poll brings.
public enum ConsumerEvent: Sendable {
    case record(ConsumedRecord)
    /// There is nothing more to read in the partition for now.
    case reachedEnd(TopicPartition)
    /// The group gives these partitions. Answer with `assign`, whenever the offsets to start from are known.
    case assigned([TopicPartition])
    /// The group takes these partitions. Answer with `unassign` when the work on them is done; where `lost`
    /// is set they are another's already, and nothing can be committed any more.
    case revoked([TopicPartition], lost: Bool)
    /// A commit that was not waited for has ended.
    case committed(KafkaError?)
    case failed(KafkaError)
}

/// A member of a consumer group, or a reader of partitions that it chooses itself. One thread polls and
/// calls everything else but `wake` and `lag`.
public final class KafkaConsumer: @unchecked Sendable {
    // Sendable: librdkafka's client is thread-safe; `topics` and the context belong to the polling thread.
    private let handle: ClientHandle
    private let context: ConsumerContext
    private let queue: OpaquePointer
    /// The names of topics by librdkafka's handle of them, so that a name is not made for each record.
    private var topics: [OpaquePointer: String] = [:]

    /// - Parameters:
    ///   - group: the group's id.
    ///   - properties: librdkafka's. Offsets are not committed unless `commit` is called, and the ends of
    ///     partitions are told, whatever they say.
    ///   - onError: is told of brokers that cannot be reached and the like, on the thread that polls.
    public init(
        group: String, _ properties: KafkaProperties, logger: Logger,
        onError: @escaping @Sendable (KafkaError) -> Void = { _ in }
    ) throws(KafkaError) {
        context = ConsumerContext(ClientEvents(logger: logger, onError: onError))
        var all = KafkaProperties([
            "partition.assignment.strategy": "cooperative-sticky", "auto.offset.reset": "earliest",
        ]).merging(properties)
        all["group.id"] = group
        all["enable.auto.commit"] = "false"
        all["enable.auto.offset.store"] = "false"
        all["enable.partition.eof"] = "true"
        let handle = try ClientHandle(RD_KAFKA_CONSUMER, all, context: context) { conf in
            rd_kafka_conf_set_rebalance_cb(conf, rebalanceCallback)
            rd_kafka_conf_set_offset_commit_cb(conf, commitCallback)
        }
        self.handle = handle
        try check(rd_kafka_poll_set_consumer(handle.pointer))
        guard let queue = rd_kafka_queue_get_consumer(handle.pointer) else {
            throw .badProperty("the consumer has no queue")
        }
        self.queue = queue
    }

    deinit { rd_kafka_queue_destroy(queue) }

    public func subscribe(_ topics: [String]) throws(KafkaError) {
        try PartitionList(topics: topics).withPointer { (list) throws(KafkaError) in
            try check(rd_kafka_subscribe(handle.pointer, list))
        }
    }

    /// Waits for something, at most so long, and returns up to `limit` events.
    public func poll(milliseconds: Int, limit: Int) -> [ConsumerEvent] {
        var events: [ConsumerEvent] = []
        var wait = Int32(milliseconds)
        while events.count < limit {
            let message = rd_kafka_consumer_poll(handle.pointer, wait)
            events += context.take()
            guard let message else { break }
            if let event = event(message) { events.append(event) }
            rd_kafka_message_destroy(message)
            wait = 0
        }
        return events
    }

    /// Ends a `poll` that waits. Any thread.
    public func wake() { rd_kafka_queue_yield(queue) }

    private func event(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> ConsumerEvent? {
        let body = message.pointee
        switch body.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR: break
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            return .reachedEnd(TopicPartition(topicName(body.rkt), body.partition))
        default:
            let reason = rd_kafka_message_errstr(message).map { String(cString: $0) }
            return .failed(KafkaError(body.err, reason))
        }
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = rd_kafka_message_timestamp(message, &kind)
        return .record(
            ConsumedRecord(
                source: TopicPartition(topicName(body.rkt), body.partition), offset: body.offset,
                key: body.key.map { Array(UnsafeRawBufferPointer(start: $0, count: body.key_len)) },
                value: body.payload.map { Array(UnsafeRawBufferPointer(start: $0, count: body.len)) },
                headers: HeaderList.read(message), timestamp: timestamp < 0 ? nil : timestamp))
    }

    private func topicName(_ topic: OpaquePointer?) -> String {
        guard let topic else { return "" }
        if let name = topics[topic] { return name }
        let name = String(cString: rd_kafka_topic_name(topic))
        topics[topic] = name
        return name
    }

    // MARK: Assignment

    private var isCooperative: Bool {
        guard let name = rd_kafka_rebalance_protocol(handle.pointer) else { return false }
        return String(cString: name) == "COOPERATIVE"
    }

    /// Starts reading `partitions` where their offsets say, or at the beginning.
    public func assign(_ partitions: [TopicPartition: CommittedOffset]) throws(KafkaError) {
        try PartitionList(partitions).withPointer { (list) throws(KafkaError) in
            if isCooperative {
                try check(rd_kafka_incremental_assign(handle.pointer, list))
            } else {
                try check(rd_kafka_assign(handle.pointer, list))
            }
        }
    }

    public func unassign(_ partitions: [TopicPartition]) throws(KafkaError) {
        if isCooperative {
            try PartitionList(partitions).withPointer { (list) throws(KafkaError) in
                try check(rd_kafka_incremental_unassign(handle.pointer, list))
            }
        } else {
            try check(rd_kafka_assign(handle.pointer, nil))
        }
    }

    /// Stops the flow of records from these partitions; the member stays in its group.
    public func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        try PartitionList(partitions).withPointer { (list) throws(KafkaError) in
            try check(rd_kafka_pause_partitions(handle.pointer, list))
        }
    }

    public func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        try PartitionList(partitions).withPointer { (list) throws(KafkaError) in
            try check(rd_kafka_resume_partitions(handle.pointer, list))
        }
    }

    // MARK: Offsets

    /// What the group has committed, with the notes that were committed with it.
    public func committed(
        _ partitions: [TopicPartition], milliseconds: Int
    ) throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        let list = PartitionList(partitions)
        try list.withPointer { (pointer) throws(KafkaError) in
            try check(rd_kafka_committed(handle.pointer, pointer, Int32(milliseconds)))
        }
        return try list.offsets()
    }

    /// - Parameter wait: whether to wait for the broker's answer; else `committed` tells.
    public func commit(
        _ offsets: [TopicPartition: CommittedOffset], wait: Bool
    ) throws(KafkaError) {
        try PartitionList(offsets).withPointer { (list) throws(KafkaError) in
            try check(rd_kafka_commit(handle.pointer, list, wait ? 0 : 1))
        }
    }

    /// The first and the last offset in a partition that the brokers have told, without asking them again; nil
    /// before they have. Any thread.
    public func knownRange(_ partition: TopicPartition) -> Range<Int64>? {
        var low: Int64 = -1
        var high: Int64 = -1
        let code = rd_kafka_get_watermark_offsets(
            handle.pointer, partition.topic, partition.partition, &low, &high)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, low >= 0, high >= low else { return nil }
        return low..<high
    }

    /// How many partitions a topic has.
    public func partitionCount(of topic: String, milliseconds: Int) throws(KafkaError) -> Int {
        let handle = handle.pointer
        guard let reference = rd_kafka_topic_new(handle, topic, nil) else {
            throw KafkaError(rd_kafka_last_error())
        }
        defer { rd_kafka_topic_destroy(reference) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try check(rd_kafka_metadata(handle, 0, reference, &metadata, Int32(milliseconds)))
        defer { rd_kafka_metadata_destroy(metadata) }
        guard let metadata, metadata.pointee.topic_cnt > 0 else { return 0 }
        let found = metadata.pointee.topics[0]
        try check(found.err)
        return Int(found.partition_cnt)
    }

    func groupMetadata() throws(KafkaError) -> GroupMetadata {
        guard let pointer = rd_kafka_consumer_group_metadata(handle.pointer) else {
            throw .badProperty("the consumer is in no group")
        }
        return GroupMetadata(pointer: pointer)
    }

    /// Leaves the group and stops. What is to be committed must have been.
    public func close() {
        context.isClosing = true
        rd_kafka_consumer_close(handle.pointer)
    }
}

/// Who a consumer is in its group, as a transaction wants to know.
struct GroupMetadata: ~Copyable {
    let pointer: OpaquePointer
    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }
}

/// Collects what librdkafka tells in callbacks. Only the thread that polls touches it.
private final class ConsumerContext: ClientContext, @unchecked Sendable {
    // Sendable: librdkafka calls back on the polling thread alone, the one that takes the events.
    private var pending: [ConsumerEvent] = []
    /// Nobody will answer a rebalance any more.
    var isClosing = false

    func append(_ event: ConsumerEvent) { pending.append(event) }

    func take() -> [ConsumerEvent] {
        guard !pending.isEmpty else { return [] }
        defer { pending = [] }
        return pending
    }
}

private func rebalanceCallback(
    _ client: OpaquePointer?, _ code: rd_kafka_resp_err_t,
    _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, _ opaque: UnsafeMutableRawPointer?
) {
    guard let client, let list, let opaque else { return }
    let context = Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
    guard let context = context as? ConsumerContext, !context.isClosing else {
        let cooperative = rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
        if cooperative, code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS {
            if let error = rd_kafka_incremental_unassign(client, list) { rd_kafka_error_destroy(error) }
        } else if cooperative, code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            if let error = rd_kafka_incremental_assign(client, list) { rd_kafka_error_destroy(error) }
        } else {
            rd_kafka_assign(client, nil)
        }
        return
    }
    let partitions = PartitionList.partitions(in: list)
    switch code {
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: context.append(.assigned(partitions))
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
        context.append(.revoked(partitions, lost: rd_kafka_assignment_lost(client) != 0))
    default:
        context.append(.failed(KafkaError(code)))
        rd_kafka_assign(client, nil)
    }
}

private func commitCallback(
    _ client: OpaquePointer?, _ code: rd_kafka_resp_err_t,
    _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, _ opaque: UnsafeMutableRawPointer?
) {
    guard let opaque else { return }
    let context = Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
    // Nothing to commit is no failure.
    let failed = code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR__NO_OFFSET
    (context as? ConsumerContext)?.append(.committed(failed ? KafkaError(code) : nil))
}
