public import Hummingbird
public import JobStore
public import Logging
import NIOCore

/// The HTTP service: routes, limits, and what they share.
public struct Gateway: Sendable {
    private let configuration: GatewayConfiguration
    private let compute: any Compute
    private let store: any JobStore & Outbox
    private let logger: Logger
    private let connections = Connections()
    private let metrics = GatewayMetrics()
    private let uploads: Uploads
    private let inputs: InputSource
    private let cache: ResultCache
    private let jobs: Jobs

    public init(
        configuration: GatewayConfiguration, compute: any Compute, store: any JobStore & Outbox,
        logger: Logger
    ) {
        self.configuration = configuration
        self.compute = compute
        self.store = store
        self.logger = logger
        cache = ResultCache(maxBytes: configuration.cacheBytes)
        uploads = Uploads(directory: configuration.uploadDirectory, store: store)
        inputs = InputSource(uploads: uploads)
        let events = JobEvents()
        let runner = JobRunner(
            store: store, compute: compute, inputs: inputs, cache: cache, events: events,
            metrics: metrics, settings: configuration.jobs, logger: logger)
        jobs = Jobs(store: store, runner: runner, events: events)
    }

    /// The application, ready to run or to be tested.
    ///
    /// - Parameter onReady: called with the bound port once requests are taken.
    public func application(
        onReady: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let connections = connections
        let maxBodyBytes = configuration.maxBodyBytes
        var application = Application(
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
            services: [jobs.runner],
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
            logger: logger)
        application.beforeServerStarts { [uploads] in try uploads.prepare() }
        return application
    }

    private func router() -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestEnvelope(connections: connections, metrics: metrics))
        router.add(middleware: TokenCheck(tokens: configuration.tokens))
        HealthRoutes(compute: compute, store: store, cache: cache).add(to: router)
        MetricsRoute(
            compute: compute, store: store, cache: cache, metrics: metrics, connections: connections
        ).add(to: router)

        let api = router.group("/api/v1")
        let recent = RecentJobs(maxBytes: configuration.recentBytes)
        ComputeRoutes(
            compute: compute, inputs: inputs, cache: cache, jobs: jobs, recent: recent,
            bodies: BodyReader(maxBytes: configuration.maxBodyBytes, metrics: metrics), metrics: metrics,
            syncLimit: configuration.syncLimit
        ).add(to: api)
        JobRoutes(jobs: jobs, recent: recent).add(to: api)
        JobResultsRoute(jobs: jobs, recent: recent).add(to: api)
        DataRoutes(uploads: uploads, metrics: metrics, maxUploadBytes: configuration.maxUploadBytes)
            .add(to: api)
        JobEventsRoute(jobs: jobs, recent: recent).add(to: api)
        StreamRoutes(
            outbox: store, topics: configuration.topics,
            bodies: BodyReader(maxBytes: configuration.maxBodyBytes, metrics: metrics)
        ).add(to: api)
        return router
    }
}
