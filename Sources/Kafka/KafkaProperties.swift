internal import CRdKafka

/// librdkafka's settings by their own names, such as `security.protocol`.
///
/// Printing them leaves out the values of those that hold secrets.
public struct KafkaProperties: Sendable, Hashable, CustomStringConvertible {
    private(set) var values: [String: String] = [:]

    public init(_ values: [String: String] = [:]) { self.values = values }

    public subscript(name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// These, and on top of them `others`.
    public func merging(_ others: KafkaProperties) -> KafkaProperties {
        KafkaProperties(values.merging(others.values) { _, new in new })
    }

    /// The `KAFKA_…` variables of an environment that librdkafka has a property for:
    /// `KAFKA_SECURITY_PROTOCOL` is `security.protocol`, `KAFKA_SASL_USERNAME` is `sasl.username`.
    public init(environment: [String: String]) {
        let prefix = "KAFKA_"
        for (name, value) in environment where name.hasPrefix(prefix) && !value.isEmpty {
            let property = Self.property(forVariable: name)
            if Self.isPassedThrough(property), Self.isKnown(property, value) { values[property] = value }
        }
    }

    /// `KAFKA_SSL_CA_LOCATION` → `ssl.ca.location`.
    private static func property(forVariable name: String) -> String {
        String(name.dropFirst("KAFKA_".count).lowercased().map { $0 == "_" ? "." : $0 })
    }

    /// Where the brokers are and which topics are used have variables of their own.
    private static func isPassedThrough(_ property: String) -> Bool {
        ["security.", "sasl.", "ssl.", "client.", "socket.", "broker.", "enable.ssl."]
            .contains { property.hasPrefix($0) }
    }

    /// Whether librdkafka has the property; a bad value is left for the client to refuse by name.
    private static func isKnown(_ property: String, _ value: String) -> Bool {
        guard let conf = rd_kafka_conf_new() else { return false }
        defer { rd_kafka_conf_destroy(conf) }
        return rd_kafka_conf_set(conf, property, value, nil, 0) != RD_KAFKA_CONF_UNKNOWN
    }

    /// Reads `name=value` lines as in the files of Kafka's own tools: `#` and `!` begin comments, blanks
    /// around names and values do not count.
    ///
    /// - Throws: `KafkaError` naming the line that is none.
    public init(text: String) throws(KafkaError) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingBlanks
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix("!") { continue }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                throw .badProperty("line \(index + 1): expected name=value")
            }
            values[String(line[..<equals].trimmingBlanks)] =
                String(line[line.index(after: equals)...].trimmingBlanks)
        }
    }

    public var description: String {
        values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(Self.isSecret($0.key) ? "[secret]" : $0.value)" }.joined(separator: " ")
    }

    /// Whether the value may not be shown.
    static func isSecret(_ name: String) -> Bool {
        ["password", "secret", "token", "jaas", "key.pem", "oauthbearer.config", "sasl.username"]
            .contains { name.contains($0) }
    }

    /// librdkafka's own form; the caller owns it.
    func makeConf() throws(KafkaError) -> OpaquePointer {
        guard let conf = rd_kafka_conf_new() else { throw .badProperty("no memory") }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            var reason = [CChar](repeating: 0, count: 512)
            let outcome = rd_kafka_conf_set(conf, name, value, &reason, reason.count)
            guard outcome == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(conf)
                // Its own words repeat the value.
                let words = Self.isSecret(name) ? "its value is not accepted" : String(nulTerminated: reason)
                throw .badProperty("the Kafka property \(name): \(words)")
            }
        }
        return conf
    }
}

extension String {
    init(nulTerminated characters: [CChar]) {
        self = String(
            decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return self[startIndex..<startIndex] }
        return self[first...last]
    }
}
