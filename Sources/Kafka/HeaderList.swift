internal import CRdKafka

/// Headers in librdkafka's form.
enum HeaderList {
    /// The caller owns them.
    static func make(_ headers: [KafkaHeader]) -> OpaquePointer? {
        let list = rd_kafka_headers_new(headers.count)
        for header in headers {
            guard let value = header.value else {
                rd_kafka_header_add(list, header.name, -1, nil, 0)
                continue
            }
            value.withUnsafeBytes { bytes in
                _ = rd_kafka_header_add(list, header.name, -1, bytes.baseAddress, bytes.count)
            }
        }
        return list
    }

    /// Those of a consumed message.
    static func read(_ message: UnsafePointer<rd_kafka_message_t>) -> [KafkaHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else {
            return []
        }
        var headers: [KafkaHeader] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while rd_kafka_header_get_all(list, headers.count, &name, &value, &count)
            == RD_KAFKA_RESP_ERR_NO_ERROR
        {
            guard let name else { break }
            headers.append(
                KafkaHeader(
                    String(cString: name),
                    value.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }))
        }
        return headers
    }
}
