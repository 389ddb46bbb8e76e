internal import CRdKafka
public import Logging

/// librdkafka's mock cluster: brokers in this process that speak Kafka's protocol on loopback and keep what
/// they are sent in memory. For development and tests.
public final class MockCluster: @unchecked Sendable {
    // Sendable: the mock cluster's calls are thread-safe; they are operations on its own thread's queue.
    private let handle: ClientHandle
    private let cluster: OpaquePointer
    public let brokerCount: Int

    /// Kinds of requests that errors can be injected into, by Kafka's names and numbers.
    public static let requestKinds: [String: Int16] = [
        "Produce": 0, "Fetch": 1, "ListOffsets": 2, "Metadata": 3, "OffsetCommit": 8, "OffsetFetch": 9,
        "FindCoordinator": 10, "JoinGroup": 11, "Heartbeat": 12, "LeaveGroup": 13, "SyncGroup": 14,
        "ApiVersion": 18, "InitProducerId": 22, "AddPartitionsToTxn": 24, "AddOffsetsToTxn": 25, "EndTxn": 26,
        "TxnOffsetCommit": 28,
    ]

    public init(brokers: Int, logger: Logger) throws(KafkaError) {
        brokerCount = brokers
        let context = ClientContext(ClientEvents(logger: logger, onError: { _ in }))
        handle = try ClientHandle(RD_KAFKA_PRODUCER, KafkaProperties(["client.id": "mock"]), context: context)
        guard let cluster = rd_kafka_mock_cluster_new(handle.pointer, Int32(brokers)) else {
            throw .badProperty("the mock cluster could not be made; are there free ports on loopback?")
        }
        self.cluster = cluster
    }

    deinit { rd_kafka_mock_cluster_destroy(cluster) }

    /// host:port of each broker, separated by commas.
    public var bootstrapServers: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    public func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        try check(rd_kafka_mock_topic_create(cluster, name, Int32(partitions), Int32(min(brokerCount, 3))))
    }

    /// Closes the broker's connections and refuses new ones.
    public func takeDown(broker: Int) throws(KafkaError) {
        try check(rd_kafka_mock_broker_set_down(cluster, Int32(broker)))
    }

    public func takeUp(broker: Int) throws(KafkaError) {
        try check(rd_kafka_mock_broker_set_up(cluster, Int32(broker)))
    }

    /// Delays every answer of the broker.
    public func setLatency(broker: Int, milliseconds: Int) throws(KafkaError) {
        try check(rd_kafka_mock_broker_set_rtt(cluster, Int32(broker), Int32(milliseconds)))
    }

    /// Answers the next `count` requests of `kind` with an error, whichever broker they go to.
    ///
    /// - Parameter code: Kafka's error number, e.g. 7 for `REQUEST_TIMED_OUT`.
    public func injectErrors(kind: Int16, code: Int32, count: Int) {
        let errors = [rd_kafka_resp_err_t](repeating: rd_kafka_resp_err_t(rawValue: code), count: count)
        rd_kafka_mock_push_request_errors_array(cluster, kind, errors.count, errors)
    }

    public func clearErrors(kind: Int16) { rd_kafka_mock_clear_request_errors(cluster, kind) }

    /// Makes `broker` the leader of a partition.
    public func setLeader(topic: String, partition: Int, broker: Int) throws(KafkaError) {
        try check(
            rd_kafka_mock_partition_set_leader(cluster, topic, Int32(partition), Int32(broker)))
    }

    /// Kafka's number for the error of that name, e.g. `NOT_LEADER_FOR_PARTITION`.
    public static func errorCode(named name: String) -> Int32? {
        (-1...100).first { code in
            String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(rawValue: code))) == name
        }
    }
}
