internal import CRdKafka
import Logging

/// What a client tells beside its answers: its log, and errors that concern no single record.
final class ClientEvents: Sendable {
    let logger: Logger
    let onError: @Sendable (KafkaError) -> Void

    init(logger: Logger, onError: @escaping @Sendable (KafkaError) -> Void) {
        self.logger = logger
        self.onError = onError
    }
}

/// Owns one librdkafka client, which may be used from any thread.
final class ClientHandle: @unchecked Sendable {
    // Sendable: librdkafka's clients are thread-safe, and the pointer never changes.
    let pointer: OpaquePointer
    private let context: Unmanaged<ClientContext>

    /// - Parameters:
    ///   - context: is handed to librdkafka's callbacks.
    ///   - configure: may set callbacks on the configuration.
    init(
        _ type: rd_kafka_type_t, _ properties: KafkaProperties, context: ClientContext,
        configure: (OpaquePointer) -> Void = { _ in }
    ) throws(KafkaError) {
        let conf = try properties.makeConf()
        self.context = .passRetained(context)
        rd_kafka_conf_set_opaque(conf, self.context.toOpaque())
        rd_kafka_conf_set_log_cb(conf, logCallback)
        rd_kafka_conf_set_error_cb(conf, errorCallback)
        configure(conf)
        var reason = [CChar](repeating: 0, count: 512)
        guard let pointer = rd_kafka_new(type, conf, &reason, reason.count) else {
            rd_kafka_conf_destroy(conf)
            self.context.release()
            throw .badProperty(String(nulTerminated: reason))
        }
        self.pointer = pointer
    }

    deinit {
        // Its threads run on, and may still log.
        guard context.takeUnretainedValue().canBeDestroyed else { return }
        // Without closing: who wants to leave a group tidily has done so before.
        rd_kafka_destroy_flags(pointer, Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
        context.release()
    }

    /// The error after which this client is of no use any more.
    var fatalError: KafkaError? {
        var reason = [CChar](repeating: 0, count: 512)
        let error = rd_kafka_fatal_error(pointer, &reason, reason.count)
        guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var failure = KafkaError(error, String(nulTerminated: reason))
        failure.isFatal = true
        return failure
    }
}

/// The object behind the opaque pointer of librdkafka's callbacks.
class ClientContext {
    let events: ClientEvents
    init(_ events: ClientEvents) { self.events = events }

    /// False for a client in a state in which librdkafka would abort or hang: it stays until the process ends.
    var canBeDestroyed: Bool { true }

    static func of(_ client: OpaquePointer?) -> ClientContext? {
        guard let client, let opaque = rd_kafka_opaque(client) else { return nil }
        return Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
    }
}

/// Any thread.
private func logCallback(
    _ client: OpaquePointer?, _ level: Int32, _ facility: UnsafePointer<CChar>?,
    _ text: UnsafePointer<CChar>?
) {
    guard let client, let text, rd_kafka_opaque(client) != nil else { return }
    let severity: Logger.Level =
        switch level {
        case ...3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
    ClientContext.of(client)?.events.logger.log(
        level: severity, "\(String(cString: text))",
        metadata: ["facility": "\(facility.map { String(cString: $0) } ?? "")"])
}

/// The thread that polls.
private func errorCallback(
    _ client: OpaquePointer?, _ code: Int32, _ reason: UnsafePointer<CChar>?,
    _ opaque: UnsafeMutableRawPointer?
) {
    guard let opaque else { return }
    let context = Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
    var error = KafkaError(rd_kafka_resp_err_t(rawValue: code), reason.map { String(cString: $0) })
    error.isFatal = code == RD_KAFKA_RESP_ERR__FATAL.rawValue
    context.events.onError(error)
}
