public import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
public import JobStore
public import Logging
public import ResultCache
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
    private let computations: SharedComputations
    private let jobs: Jobs
    /// Who is let in; it may be changed while the gateway runs.
    public let tokens: TokenKeeper

    /// - Parameter cache: where results are kept for equal requests; in this process's memory by default.
    public init(
        configuration: GatewayConfiguration, compute: any Compute, store: any JobStore & Outbox,
        cache: (any ResultCache)? = nil, logger: Logger
    ) {
        self.configuration = configuration
        self.compute = compute
        self.store = store
        self.logger = logger
        tokens = TokenKeeper(configuration.tokens, configuration.webTokens)
        computations = SharedComputations(
            cache: cache ?? MemoryResultCache(maxBytes: configuration.cacheBytes))
        uploads = Uploads(directory: configuration.uploadDirectory, store: store)
        inputs = InputSource(uploads: uploads)
        let events = JobEvents()
        let runner = JobRunner(
            store: store, compute: compute, inputs: inputs, computations: computations, events: events,
            metrics: metrics, settings: configuration.jobs, logger: logger)
        jobs = Jobs(store: store, runner: runner, events: events)
    }

    /// The application, ready to run or to be tested.
    ///
    /// - Parameter onReady: called with the bound port once requests are taken.
    /// - Throws: `GatewayConfigurationError` when the certificate cannot be used.
    public func application(
        onReady: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(GatewayConfigurationError) -> some ApplicationProtocol {
        let responder = responder()
        var application = Application(
            responder: responder, server: try server(responder),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: .maximum(configuration.maxConnections, logger: logger)),
            services: [jobs.runner],
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
            logger: logger)
        application.beforeServerStarts { [uploads] in try uploads.prepare() }
        return application
    }

    private func server(_ envelope: RequestEnvelope) throws(GatewayConfigurationError) -> HTTPServerBuilder {
        let (connections, metrics, logger) = (connections, metrics, logger)
        let (maxBodyBytes, pace) = (configuration.maxBodyBytes, configuration.pace)
        let connection = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionHandler(
                    connections: connections, metrics: metrics, maxBodyBytes: maxBodyBytes, limits: pace),
                ShortRequests(responder: envelope, logger: logger),
            ],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100))
        guard let security = configuration.security else {
            return HTTPServerBuilder { responder in
                OnTheLoop(base: HTTP1Channel(responder: responder, configuration: connection))
            }
        }
        let idle = Duration.nanoseconds(pace.keepAlive.nanoseconds)
        let tls = try security.configuration()
        return HTTPServerBuilder { responder in
            let base = try HTTP2UpgradeChannel(
                tlsConfiguration: tls,
                configuration: .init(idleTimeout: idle, streamConfiguration: connection),
                responder: responder)
            return OnTheLoop(base: TLSServer(base: base, limit: pace.head))
        }
    }

    private func responder() -> RequestEnvelope {
        let origins = configuration.allowedOrigins
        return RequestEnvelope(
            connections: connections, metrics: metrics, routes: RoutingTable(routes()),
            crossOrigin: origins.isEmpty ? nil : CrossOrigin(origins: origins),
            tokens: TokenCheck(tokens: tokens),
            rateLimit: configuration.rateLimits.map { RateLimit(buckets: RateBuckets($0)) })
    }

    private func routes() -> [Route] {
        let recent = RecentJobs(
            maxBytes: configuration.recentBytes, maxAge: configuration.jobs.retention / .seconds(1))
        let memory = BodyMemory(maxBytes: configuration.bodyMemory)
        let bodies = BodyReader(maxBytes: configuration.maxBodyBytes, memory: memory, metrics: metrics)
        let compute = ComputeRoutes(
            compute: compute, inputs: inputs, computations: computations, jobs: jobs, recent: recent,
            bodies: bodies, metrics: metrics, syncLimit: configuration.syncLimit)
        let data = DataRoutes(
            uploads: uploads, metrics: metrics, maxUploadBytes: configuration.maxUploadBytes)
        let metrics = MetricsRoute(
            compute: self.compute, store: store, computations: computations, metrics: metrics,
            connections: connections, bodies: memory)
        let described: [[Route]] = [
            compute.routes, JobRoutes(jobs: jobs, recent: recent).routes,
            JobResultsRoute(jobs: jobs, recent: recent).routes,
            JobEventsRoute(jobs: jobs, recent: recent).routes, data.routes,
            StreamRoutes(outbox: store, topics: configuration.topics, bodies: bodies).routes,
            HealthRoutes(compute: self.compute, store: store, cache: computations.cache).routes,
            metrics.routes,
        ]
        return described.flatMap(\.self) + DocumentRoute.routes(describing: described.flatMap(\.self))
    }
}
