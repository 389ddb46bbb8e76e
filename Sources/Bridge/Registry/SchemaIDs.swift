import Kafka
import Synchronization

/// The ids under which the registry knows our schemas, by topic; empty without a registry.
final class SchemaIDs: Sendable {
    private let headers = Mutex<[String: KafkaHeader]>([:])

    init() {}

    func set(_ registered: RegisteredSchema, for topic: String) {
        headers.withLock { $0[topic] = registered.header }
    }

    /// The header that names the schema of the topic's values.
    func header(for topic: String) -> KafkaHeader? { headers.withLock { $0[topic] } }
}

/// A schema as the registry knows it.
struct RegisteredSchema: Sendable, Hashable {
    let id: Int
    /// Given by newer registries: 16 bytes, the same in all of them.
    let guid: [UInt8]?

    static let headerName = "__value_schema_id"

    /// Confluent's form: a byte 1 and the 16 bytes of the guid, or a byte 0 and the id in four more, the most
    /// significant first.
    var header: KafkaHeader {
        let value: [UInt8] =
            if let guid, guid.count == 16 {
                [1] + guid
            } else {
                [0] + (0..<4).map { UInt8(truncatingIfNeeded: id >> (24 - 8 * $0)) }
            }
        return KafkaHeader(Self.headerName, value)
    }
}
