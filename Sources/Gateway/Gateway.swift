public import Hummingbird
public import Logging
import NIOCore

/// The HTTP service: routes, limits, and what they share.
public struct Gateway: Sendable {
    private let configuration: GatewayConfiguration
    private let compute: any Compute
    private let logger: Logger
    private let connections = Connections()
    private let metrics = GatewayMetrics()

    public init(configuration: GatewayConfiguration, compute: any Compute, logger: Logger) {
        self.configuration = configuration
        self.compute = compute
        self.logger = logger
    }

    /// The application, ready to run or to be tested.
    ///
    /// - Parameter onReady: called with the bound port once requests are taken.
    public func application(
        onReady: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let connections = connections
        let maxBodyBytes = configuration.maxBodyBytes
        return Application(
            router: router(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [
                        ConnectionHandler(connections: connections, maxBodyBytes: maxBodyBytes)
                    ],
                    idleTimeout: .seconds(Int64(configuration.idleTimeout / .seconds(1))),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024,
                        maxHeaderFieldCount: 100))),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: .maximum(configuration.maxConnections, logger: logger)),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    private func router() -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestEnvelope(connections: connections, metrics: metrics))
        router.add(middleware: TokenCheck(tokens: configuration.tokens))
        HealthRoutes(compute: compute).add(to: router)
        MetricsRoute(compute: compute, metrics: metrics, connections: connections).add(to: router)
        ComputeRoutes(
            compute: compute, bodies: BodyReader(maxBytes: configuration.maxBodyBytes, metrics: metrics),
            metrics: metrics, syncLimit: configuration.syncLimit
        ).add(to: router.group("/api/v1"))
        return router
    }
}
