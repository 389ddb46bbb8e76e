internal import CRdKafka
internal import Glibc

/// librdkafka's list of partitions, with offsets and metadata where there are any.
struct PartitionList: ~Copyable {
    private let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: some Collection<TopicPartition>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(partitions.count))
        for each in partitions { rd_kafka_topic_partition_list_add(pointer, each.topic, each.partition) }
    }

    init(_ offsets: [TopicPartition: CommittedOffset]) {
        self.init(offsets.keys)
        for index in 0..<Int(pointer.pointee.cnt) {
            let element = pointer.pointee.elems + index
            guard let offset = offsets[element.pointee.place] else { continue }
            element.pointee.offset = offset.offset ?? Int64(RD_KAFKA_OFFSET_INVALID)
            element.setMetadata(offset.metadata)
        }
    }

    /// Subscribes to whole topics.
    init(topics: [String]) {
        self.init(topics.map { TopicPartition($0, RD_KAFKA_PARTITION_UA) })
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    borrowing func withPointer<Result, Failure: Error>(
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(pointer)
    }

    /// - Throws: the first partition's error.
    borrowing func offsets() throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        var offsets: [TopicPartition: CommittedOffset] = [:]
        for index in 0..<Int(pointer.pointee.cnt) {
            let element = pointer.pointee.elems[index]
            try check(element.err)
            offsets[element.place] = CommittedOffset(
                offset: element.offset >= 0 ? element.offset : nil,
                metadata: element.metadata.map {
                    String(
                        decoding: UnsafeRawBufferPointer(start: $0, count: element.metadata_size),
                        as: UTF8.self
                    )
                } ?? "")
        }
        return offsets
    }

    /// The partitions of a list that librdkafka keeps.
    static func partitions(
        in list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) -> [TopicPartition] {
        (0..<Int(list.pointee.cnt)).map { list.pointee.elems[$0].place }
    }
}

extension rd_kafka_topic_partition_t {
    fileprivate var place: TopicPartition { TopicPartition(String(cString: topic), partition) }
}

extension UnsafeMutablePointer<rd_kafka_topic_partition_t> {
    /// The list frees it with `free`.
    fileprivate func setMetadata(_ text: String) {
        guard !text.isEmpty else { return }
        let bytes = Array(text.utf8)
        guard let copy = malloc(bytes.count) else { return }
        copy.copyMemory(from: bytes, byteCount: bytes.count)
        pointee.metadata = copy
        pointee.metadata_size = bytes.count
    }
}
