package import Kafka
package import Messages
package import Settings

/// Everything about a bridge that can be configured.
package struct BridgeOptions: Sendable {
    package var properties: KafkaProperties
    package var topics = MessageTopics()
    package var requestsTopic = "tda_requests"
    /// The consumer group; that of requests is `<group>-requests`.
    package var group = "tda-bridge"
    package var transactions = TransactionUse.auto
    package var windows: WindowOptions
    package var maxEventBytes = 4 << 20
    package var daemonSocket: String
    package var gatewayURL: String
    package var gatewayToken: Secret?
    /// Nil: no registry.
    package var registryURL: Secret?
    package var metricsHost = "127.0.0.1"
    package var metricsPort = 8001
    /// Whether to end when no broker answers at the start, rather than to try again.
    package var requiresBroker = false

    package init(
        properties: KafkaProperties, windows: WindowOptions, daemonSocket: String, gatewayURL: String
    ) {
        self.properties = properties
        self.windows = windows
        self.daemonSocket = daemonSocket
        self.gatewayURL = gatewayURL
    }
}

/// Whether results and offsets are committed in one transaction of Kafka's.
package enum TransactionUse: String, Sendable, CaseIterable {
    /// On, unless the broker is tda-dev-broker, which drops the offsets.
    case auto
    case on
    case off
}
