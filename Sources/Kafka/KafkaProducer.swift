internal import CRdKafka
public import Logging

/// What became of one record that was sent.
public struct Delivery: Sendable {
    /// The number under which it was sent.
    public let tag: Int
    /// Nil when the broker has acknowledged it.
    public let error: KafkaError?
}

/// Sends records. `send` may be called from any thread; `poll` from one at a time.
public final class KafkaProducer: Sendable {
    private let handle: ClientHandle
    private let context: DeliveryContext

    /// - Parameters:
    ///   - properties: librdkafka's. Unless they say otherwise, `enable.idempotence` is on, and keys go to the
    ///     partitions that Java's clients choose, so that a stream has one partition whoever publishes.
    ///   - onError: is told of brokers that cannot be reached and the like, on the thread that polls.
    public init(
        _ properties: KafkaProperties, logger: Logger,
        onError: @escaping @Sendable (KafkaError) -> Void = { _ in }
    ) throws(KafkaError) {
        context = DeliveryContext(ClientEvents(logger: logger, onError: onError))
        handle = try ClientHandle(
            RD_KAFKA_PRODUCER,
            KafkaProperties(["enable.idempotence": "true", "partitioner": "murmur2_random"])
                .merging(properties), context: context
        ) { conf in rd_kafka_conf_set_dr_msg_cb(conf, deliveryCallback) }
    }

    /// Queues a record; its `Delivery` carries `tag`, which is ≥ 0.
    ///
    /// - Throws: `KafkaError` when it was not queued: the queue is full, or the record too large.
    public func send(_ record: OutgoingRecord, tag: Int) throws(KafkaError) {
        let headers = record.headers.isEmpty ? nil : HeaderList.make(record.headers)
        let code = record.key.withBytes { key in
            record.value.withBytes { value in
                tda_kafka_produce(
                    handle.pointer, record.topic, record.partition ?? RD_KAFKA_PARTITION_UA,
                    key.baseAddress, key.count, value.baseAddress, value.count, headers,
                    UnsafeMutableRawPointer(bitPattern: tag + 1))
            }
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            if let headers { rd_kafka_headers_destroy(headers) }
            if code == RD_KAFKA_RESP_ERR__FATAL, let fatal = handle.fatalError { throw fatal }
            throw KafkaError(code)
        }
    }

    /// Waits for deliveries, at most so long, and returns what has come.
    public func poll(milliseconds: Int) -> [Delivery] {
        rd_kafka_poll(handle.pointer, Int32(milliseconds))
        return context.take()
    }

    /// The records that were sent and not yet delivered.
    public var queuedCount: Int { Int(rd_kafka_outq_len(handle.pointer)) }

    /// The error after which only a new producer can send.
    public var fatalError: KafkaError? { handle.fatalError }

    /// Gives up on what was not delivered; the next polls say so.
    public func purge() {
        rd_kafka_purge(handle.pointer, Int32(RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT))
    }

    // MARK: Transactions

    /// To be called once, before the first transaction; again after a retriable error.
    public func initTransactions(milliseconds: Int) throws(KafkaError) {
        try check(rd_kafka_init_transactions(handle.pointer, Int32(milliseconds)))
    }

    public func beginTransaction() throws(KafkaError) {
        try check(rd_kafka_begin_transaction(handle.pointer))
    }

    /// Makes the consumer's offsets part of the transaction.
    public func addOffsets(
        _ offsets: [TopicPartition: CommittedOffset], of consumer: KafkaConsumer, milliseconds: Int
    ) throws(KafkaError) {
        let list = PartitionList(offsets)
        let group = try consumer.groupMetadata()
        try list.withPointer { (pointer) throws(KafkaError) in
            try check(
                rd_kafka_send_offsets_to_transaction(
                    handle.pointer, pointer, group.pointer, Int32(milliseconds)))
        }
    }

    /// Waits for the transaction's deliveries, then commits it. After a retriable error call it again.
    public func commitTransaction(milliseconds: Int) throws(KafkaError) {
        try check(rd_kafka_commit_transaction(handle.pointer, Int32(milliseconds)))
    }

    public func abortTransaction(milliseconds: Int) throws(KafkaError) {
        try check(rd_kafka_abort_transaction(handle.pointer, Int32(milliseconds)))
    }

    // MARK: Asking the cluster

    /// Waits until a broker answers.
    public func reachBroker(milliseconds: Int) throws(KafkaError) {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try check(rd_kafka_metadata(handle.pointer, 0, nil, &metadata, Int32(milliseconds)))
        rd_kafka_metadata_destroy(metadata)
    }

    /// The cluster's id; nil when it is not known in time.
    public func clusterID(milliseconds: Int) -> String? {
        guard let id = rd_kafka_clusterid(handle.pointer, Int32(milliseconds)) else { return nil }
        defer { rd_kafka_mem_free(handle.pointer, id) }
        return String(cString: id)
    }

    /// Whether a cluster of this id is librdkafka's mock.
    public static func isMock(clusterID: String) -> Bool { clusterID.hasPrefix("mockCluster") }
}

/// Collects deliveries. Only the thread that polls touches them.
private final class DeliveryContext: ClientContext, @unchecked Sendable {
    // Sendable: librdkafka calls back on the polling thread alone, the one that takes them.
    private var deliveries: [Delivery] = []

    func append(_ delivery: Delivery) { deliveries.append(delivery) }

    func take() -> [Delivery] {
        defer { deliveries.removeAll(keepingCapacity: true) }
        return deliveries
    }
}

private func deliveryCallback(
    _ client: OpaquePointer?, _ message: UnsafePointer<rd_kafka_message_t>?,
    _ opaque: UnsafeMutableRawPointer?
) {
    guard let message = message?.pointee, let opaque else { return }
    let context = Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
    let error = message.err == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(message.err)
    (context as? DeliveryContext)?.append(
        Delivery(tag: Int(bitPattern: message._private) - 1, error: error))
}

extension [UInt8]? {
    /// Null for nil; empty is not null.
    fileprivate func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        guard let self else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard self.isEmpty else { return self.withUnsafeBytes(body) }
        // librdkafka tells empty from null by the pointer.
        return withUnsafeBytes(of: UInt8(0)) { body(UnsafeRawBufferPointer(rebasing: $0[..<0])) }
    }
}
