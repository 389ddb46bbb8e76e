public import CRdKafka

/// What librdkafka says went wrong.
public struct KafkaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Its code, e.g. `_ALL_BROKERS_DOWN`.
    public let code: Code
    /// Its own words.
    public let reason: String
    /// The client cannot be used any more: a new one must be made.
    public var isFatal = false
    /// The same call may succeed when it is made again.
    public var isRetriable = false
    /// The transaction must be aborted and begun anew.
    public var mustAbort = false

    public struct Code: Sendable, Hashable, CustomStringConvertible {
        let raw: Int32

        public init(_ error: rd_kafka_resp_err_t) { raw = error.rawValue }

        public var error: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue: raw) }
        public var description: String { String(cString: rd_kafka_err2name(error)) }
    }

    public init(_ error: rd_kafka_resp_err_t, _ reason: String? = nil) {
        code = Code(error)
        self.reason = reason ?? String(cString: rd_kafka_err2str(error))
    }

    /// Takes over `error`.
    init(owning error: OpaquePointer) {
        self.init(rd_kafka_error_code(error), String(cString: rd_kafka_error_string(error)))
        isFatal = rd_kafka_error_is_fatal(error) != 0
        isRetriable = rd_kafka_error_is_retriable(error) != 0
        mustAbort = rd_kafka_error_txn_requires_abort(error) != 0
        rd_kafka_error_destroy(error)
    }

    /// A name or value that librdkafka does not take.
    public static func badProperty(_ reason: String) -> KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, reason)
    }

    public var description: String { "\(reason) (\(code))" }

    /// The local queue of the producer is full: wait for deliveries.
    public var isQueueFull: Bool { code.error == RD_KAFKA_RESP_ERR__QUEUE_FULL }
    /// It sums others up that came before: all brokers are down.
    public var isSummary: Bool { code.error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN }
    /// The record itself is at fault; sending it again cannot help.
    public var isAboutRecord: Bool {
        switch code.error {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
            RD_KAFKA_RESP_ERR_INVALID_MSG, RD_KAFKA_RESP_ERR_INVALID_RECORD:
            true
        default: false
        }
    }
}

/// Throws what `call` returns, unless it is nil.
func check(_ error: OpaquePointer?) throws(KafkaError) {
    if let error { throw KafkaError(owning: error) }
}

func check(_ error: rd_kafka_resp_err_t) throws(KafkaError) {
    guard error == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(error) }
}
