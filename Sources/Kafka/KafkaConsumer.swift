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
        context.hasSubscribed = true
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

    /// Starts reading `partitions` where their offsets say, or at the beginning.
    public func assign(_ partitions: [TopicPartition: CommittedOffset]) throws(KafkaError) {
        try PartitionList(partitions).withPointer { (list) throws(KafkaError) in
            if isCooperative(handle.pointer) {
                try check(rd_kafka_incremental_assign(handle.pointer, list))
            } else {
                try check(rd_kafka_assign(handle.pointer, list))
            }
        }
    }

    public func unassign(_ partitions: [TopicPartition]) throws(KafkaError) {
        if isCooperative(handle.pointer) {
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

    /// Commits without waiting: `committed` tells how it ended.
    public func commit(_ offsets: [TopicPartition: CommittedOffset]) throws(KafkaError) {
        try PartitionList(offsets).withPointer { (list) throws(KafkaError) in
            try check(rd_kafka_commit(handle.pointer, list, 1))
        }
    }

    /// Commits and waits for the broker's answer.
    ///
    /// - Throws: also when there is none within `limit`; the offsets may be committed all the same.
    public func commit(
        _ offsets: [TopicPartition: CommittedOffset], within limit: Duration
    ) throws(KafkaError) {
        guard let answers = rd_kafka_queue_new(handle.pointer) else { throw .badProperty("no memory") }
        defer { rd_kafka_queue_destroy(answers) }
        try PartitionList(offsets).withPointer { (list) throws(KafkaError) in
            try check(rd_kafka_commit_queue(handle.pointer, list, answers, nil, nil))
        }
        guard let answer = rd_kafka_queue_poll(answers, Int32(limit / .milliseconds(1))) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)
        }
        defer { rd_kafka_event_destroy(answer) }
        let code = rd_kafka_event_error(answer)
        if code != RD_KAFKA_RESP_ERR__NO_OFFSET { try check(code) }
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

    /// The first and the last offset in a partition, as its broker says now.
    public func range(
        of partition: TopicPartition, milliseconds: Int
    ) throws(KafkaError) -> Range<Int64> {
        var low: Int64 = 0
        var high: Int64 = 0
        try check(
            rd_kafka_query_watermark_offsets(
                handle.pointer, partition.topic, partition.partition, &low, &high, Int32(milliseconds)))
        return low..<max(low, high)
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
    ///
    /// - Parameter limit: how long leaving may take; a group that has not let us go by then waits for the session
    ///   to time out.
    public func close(within limit: Duration = .seconds(5)) {
        context.isClosing = true
        guard let events = rd_kafka_queue_new(handle.pointer) else { return }
        defer { rd_kafka_queue_destroy(events) }
        if let error = rd_kafka_consumer_close_queue(handle.pointer, events) {
            rd_kafka_error_destroy(error)
            return
        }
        let end = ContinuousClock.now + limit
        while rd_kafka_consumer_closed(handle.pointer) == 0, ContinuousClock.now < end {
            guard let event = rd_kafka_queue_poll(events, 100) else { continue }
            defer { rd_kafka_event_destroy(event) }
            if rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE {
                agree(handle.pointer, rd_kafka_event_error(event), rd_kafka_event_topic_partition_list(event))
            }
        }
        context.isClosed = rd_kafka_consumer_closed(handle.pointer) != 0
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
    var hasSubscribed = false
    /// The group has given an assignment, be it of no partition.
    var wasAssigned = false
    /// Nobody will answer a rebalance any more.
    var isClosing = false
    var isClosed = false

    /// Before 2.3.0 librdkafka aborts when a member is destroyed that has joined its group and waits for its first
    /// assignment (its issue 4312); one that does not come to an end of closing is waited for without end.
    override var canBeDestroyed: Bool {
        let survivesUnassigned = rd_kafka_version() >= 0x0203_0000
        return (wasAssigned || !hasSubscribed || survivesUnassigned) && (isClosed || !isClosing)
    }

    func append(_ event: ConsumerEvent) { pending.append(event) }

    func take() -> [ConsumerEvent] {
        guard !pending.isEmpty else { return [] }
        defer { pending = [] }
        return pending
    }
}

/// Does what the group says, where nobody has anything to add.
private func agree(
    _ client: OpaquePointer, _ code: rd_kafka_resp_err_t,
    _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
) {
    var error: OpaquePointer?
    switch code {
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS where isCooperative(client):
        error = rd_kafka_incremental_unassign(client, list)
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS where isCooperative(client):
        error = rd_kafka_incremental_assign(client, list)
    default: rd_kafka_assign(client, nil)
    }
    if let error { rd_kafka_error_destroy(error) }
}

/// Whether the group hands partitions over one by one.
private func isCooperative(_ client: OpaquePointer) -> Bool {
    rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
}

private func rebalanceCallback(
    _ client: OpaquePointer?, _ code: rd_kafka_resp_err_t,
    _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, _ opaque: UnsafeMutableRawPointer?
) {
    guard let client, let list, let opaque else { return }
    let context = Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue() as? ConsumerContext
    if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS { context?.wasAssigned = true }
    guard let context, !context.isClosing else {
        agree(client, code, list)
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
