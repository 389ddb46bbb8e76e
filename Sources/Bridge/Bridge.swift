import AsyncHTTPClient
import FoundationEssentials
import Glibc
package import JobStore
import Kafka
package import Logging
import Messages
import NIOCore
import Schemas
import ServiceLifecycle
import Settings
import TDAClient
import UnixSignals
import Vocabulary

/// `tda-bridge`, put together: metrics, the publisher of the outbox, the windows, the requests.
package struct Bridge: Sendable {
    private let options: BridgeOptions
    private let outbox: any Outbox
    private let logger: Logger

    package init(options: BridgeOptions, outbox: any Outbox, logger: Logger) {
        self.options = options
        self.outbox = outbox
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT.
    ///
    /// - Parameter onReady: called once a broker has answered and everything runs, with the port of metrics.
    /// - Throws: `Failure` for what does not pass by waiting.
    package func run(onReady: @escaping @Sendable (Int) -> Void) async throws {
        let metrics = BridgeMetrics()
        let ids = SchemaIDs()
        let client = HTTPClient.shared
        let (ports, boundPort) = AsyncStream.makeStream(of: Int.self)
        let server = MetricsServer(
            metrics: metrics, outbox: outbox, host: options.metricsHost, port: options.metricsPort
        ).application(logger: logger) { boundPort.yield($0) }
        let registry = try await registryService(ids, client)
        let daemon = DaemonLink(socket: options.daemonSocket, name: "tda-bridge \(platformVersion)")

        let work = WorkService(logger: logger) { [self] in
            guard let cluster = try await contact(metrics) else { return [] }
            metrics.connected()
            let services = try services(cluster: cluster, metrics, ids, daemon, client)
            for await port in ports {
                onReady(port)
                break
            }
            return services
        }
        var all: [any Service] = [server]
        if let registry { all.append(registry) }
        all.append(work)
        var group = ServiceGroupConfiguration(
            services: all.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(15)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            throw Failure(
                .unavailable,
                "cannot listen on \(options.metricsHost) port \(options.metricsPort) for metrics: \(reason)")
        }
        await daemon.close()
    }

    private func registryService(_ ids: SchemaIDs, _ client: HTTPClient) async throws -> RegistryService? {
        guard let url = options.registryURL else { return nil }
        let service = RegistryService(
            registry: try SchemaRegistry(url: url.value, client: client),
            topics: [
                (.jobs, options.topics.jobs), (.results, options.topics.results),
                (.events, options.topics.events),
                (.requests, options.requestsTopic),
            ], ids: ids, logger: logger)
        do throws(RegistryError) {
            try await service.registerOnce()
        } catch  where error.isPassing {
            logger.warning("schemas are not registered yet", metadata: ["error": "\(error)"])
        } catch {
            throw Failure(.invalidArgument, "\(error)")
        }
        return service
    }

    /// Waits for the first broker; nil when the bridge is stopped before.
    private func contact(_ metrics: BridgeMetrics) async throws -> String? {
        let contact = BrokerContact(properties: options.properties, logger: logger)
        var trouble = Backoff(least: .seconds(1), most: .seconds(30))
        while !Task.isCancelled {
            do throws(Failure) {
                return try await contact.reach()
            } catch {
                if options.requiresBroker || error.code == .invalidArgument { throw error }
                let pause = trouble.next()
                logger.error(
                    "\(error.message)", metadata: ["next_attempt": "in \(pause.milliseconds / 1000) s"])
                try? await Task.sleep(for: pause)
            }
        }
        return nil
    }

    private func services(
        cluster: String, _ metrics: BridgeMetrics, _ ids: SchemaIDs, _ daemon: DaemonLink,
        _ client: HTTPClient
    ) throws -> [any Service] {
        let isMock = KafkaProducer.isMock(clusterID: cluster)
        let isTransactional =
            switch options.transactions {
            case .auto: !isMock
            case .on: true
            case .off: false
            }
        if isMock {
            logger.notice("the broker is tda-dev-broker, a fake in memory: nothing here survives it")
        }
        let owner = "bridge-\(UUID().uuidString.lowercased())"
        let publisher = OutboxPublisher(
            outbox: outbox, properties: options.properties, topics: options.topics, schemaIDs: ids,
            owner: owner,
            metrics: metrics, logger: logger)
        let windows = WindowService(
            options: options.windows,
            reader: EventReader(schema: try MessageSchema.events.compiled(), maxBytes: options.maxEventBytes),
            schemaIDs: ids, properties: options.properties, group: options.group,
            transactionalID: isTransactional ? "\(options.group)-\(owner)" : nil, daemon: daemon,
            metrics: metrics, logger: logger)
        let requests = RequestService(
            topic: options.requestsTopic, resultsTopic: options.topics.results,
            properties: options.properties,
            group: options.group + "-requests", schema: try MessageSchema.requests.compiled(), schemaIDs: ids,
            jobs: GatewayJobs(url: options.gatewayURL, token: options.gatewayToken, client: client),
            maxBytes: max(options.maxEventBytes, 16 << 20), metrics: metrics, logger: logger)
        return [publisher, windows, requests]
    }
}

/// Services that are made once a broker has answered.
private struct WorkService: Service {
    let logger: Logger
    let make: @Sendable () async throws -> [any Service]

    func run() async throws {
        let services = try await cancelWhenGracefulShutdown { try await make() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            try await group.waitForAll()
        }
        try? await gracefulShutdown()
    }
}
