import ArgumentParser
import FoundationEssentials
import Gateway
import Glibc
import Hummingbird
import JobStore
import Logging
import Messages
import NIOCore
import ResultCache
import ServiceLifecycle
import Settings
import TDAClient
import UnixSignals
import Vocabulary

/// `tda-gateway`: configuration and wiring only.
@main
struct GatewayProgram: Program {
    static let configuration = CommandConfiguration(
        commandName: "tda-gateway",
        abstract: "Serves persistent homology over HTTP; tdad computes.",
        version: platformVersion)

    static let variables: [Variable] =
        Variable.common + [
            .httpHost, .httpPort, .apiTokens, .apiTokensFile, .jwtKeysFile, .jwtIssuer, .jwtAudience,
            .tlsCertificate, .tlsKey, .corsOrigins,
            .rateLimit, .rateBurst, .maxConnections, .syncLimit, .maxBodyBytes, .bodyMemory, .maxUploadBytes,
            .dataDirectory, .databaseURL, .redisURL, .resultTTL, .jobAttempts, .jobLease, .cacheBytes,
            .kafkaBootstrapServers, .kafkaJobsTopic, .kafkaResultsTopic, .kafkaEventsTopic, .outboxTTL,
            .environment,
        ]

    @OptionGroup var common: CommonOptions
    @Option(.httpHost) var host = "127.0.0.1"
    @Option(.httpPort) var port: UInt16 = 8000
    @Option(.apiTokens) var tokens: Secret?
    @Option(.apiTokensFile) var tokensFile: String?
    @Option(.jwtKeysFile) var jwtKeysFile: String?
    @Option(.jwtIssuer) var jwtIssuer: String?
    @Option(.jwtAudience) var jwtAudience: String?
    @Option(.tlsCertificate) var tlsCertificate: String?
    @Option(.tlsKey) var tlsKey: String?
    @Option(.corsOrigins) var corsOrigins: String?
    @Option(.rateLimit) var rateLimit: Double?
    @Option(.rateBurst) var rateBurst = 100
    @Option(.maxConnections) var maxConnections = 4096
    @Option(.syncLimit) var syncLimit = 2000
    @Option(.maxBodyBytes) var maxBodyBytes = ByteCount(64 << 20)
    @Option(.bodyMemory) var bodyMemory: ByteCount?
    @Option(.maxUploadBytes) var maxUploadBytes = ByteCount(256 << 20)
    @Option(.dataDirectory) var dataDirectory: String?
    @Option(.databaseURL) var databaseURL: Secret?
    @Option(.redisURL) var redisURL: Secret?
    @Option(.resultTTL) var resultTTL = 7 * 24 * 3600
    @Option(.jobAttempts) var jobAttempts = 3
    @Option(.jobLease) var jobLease = 15
    @Option(.kafkaBootstrapServers) var kafkaServers: String?
    @Option(.kafkaJobsTopic) var jobsTopic = "tda_jobs"
    @Option(.kafkaResultsTopic) var resultsTopic = "tda_results"
    @Option(.kafkaEventsTopic) var eventsTopic = "tda_events"
    @Option(.outboxTTL) var outboxTTL = 7 * 24 * 3600
    @Option(.cacheBytes) var cacheBytes = ByteCount(256 << 20)
    @Option(.environment) var environment = DeploymentEnvironment.development

    func validate() throws {
        guard syncLimit >= 0 else { throw ValidationError("\(Variable.syncLimit.name) is negative") }
        guard resultTTL > 0 else { throw ValidationError("\(Variable.resultTTL.name) is not above 0") }
        guard jobLease > 0 else { throw ValidationError("\(Variable.jobLease.name) is not above 0") }
        guard outboxTTL > 0 else { throw ValidationError("\(Variable.outboxTTL.name) is not above 0") }
        guard jobAttempts > 0 else { throw ValidationError("\(Variable.jobAttempts.name) is not above 0") }
        guard maxBodyBytes.bytes > 0 else { throw ValidationError("\(Variable.maxBodyBytes.name) is 0") }
        if let bodyMemory, bodyMemory.bytes < maxBodyBytes.bytes {
            throw ValidationError(
                "\(Variable.bodyMemory.name) is less than \(Variable.maxBodyBytes.name): \(bodyMemory), "
                    + "\(maxBodyBytes)")
        }
        guard maxConnections > 0 else {
            throw ValidationError("\(Variable.maxConnections.name) is not above 0")
        }
        if let rateLimit, !(rateLimit > 0 && rateLimit.isFinite) {
            throw ValidationError("\(Variable.rateLimit.name) is not above 0")
        }
        let web = [jwtKeysFile, jwtIssuer, jwtAudience]
        guard web.allSatisfy({ $0 == nil }) || web.allSatisfy({ $0 != nil }) else {
            throw ValidationError(
                "\(Variable.jwtKeysFile.name), \(Variable.jwtIssuer.name) and \(Variable.jwtAudience.name) "
                    + "are set together or not at all")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError(
                "\(Variable.tlsCertificate.name) and \(Variable.tlsKey.name) are set together or not at all")
        }
        guard rateBurst > 0 else { throw ValidationError("\(Variable.rateBurst.name) is not above 0") }
    }

    func run() async throws {
        OpenFiles.raiseLimit()
        // The cores are the daemon's; but one loop alone would let its clients wait behind a large answer.
        NIOSingletons.groupLoopCountSuggestion = max(min(2, System.coreCount), System.coreCount / 4)
        let logger = Logger(label: "tda-gateway")
        let socket =
            common.socket ?? SocketPath.forClient(environment: ProcessInfo.processInfo.environment)
        let daemon = DaemonLinks(socket: socket, name: "tda-gateway \(platformVersion)")
        let location = try StoreLocation(
            databaseURL: databaseURL?.value, dataDirectory: dataDirectory,
            environment: ProcessInfo.processInfo.environment)
        let configuration = try await gatewayConfiguration(location)
        // Without Kafka nobody would ever read what is told of jobs.
        let announces = kafkaServers?.isEmpty == false
        let store = try location.open(announcingOn: announces ? configuration.topics : nil)
        let cache = try resultCache(logger)
        let gateway = Gateway(
            configuration: configuration, compute: daemon, store: store, cache: cache, logger: logger)
        let host = host
        let scheme = configuration.security == nil ? "http" : "https"
        let application = try gateway.application { port in
            let urlHost = host.contains(":") ? "[\(host)]" : host
            print("tda-gateway: listening on \(scheme)://\(urlHost):\(port), daemon at \(socket)")
            fflush(nil)
        }

        var services = ServiceGroupConfiguration(
            services: [
                .init(service: application),
                .init(
                    service: TokenRotation(source: tokenSource, keeper: gateway.tokens, logger: logger)),
            ], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger)
        services.maximumGracefulShutdownDuration = .seconds(10)
        do {
            try await ServiceGroup(configuration: services).run()
        } catch let error as IOError {
            throw Failure(.unavailable, "cannot listen on \(host) port \(port): \(error.systemReason)")
        }
        await daemon.close()
        await cache.close()
        try store.close()
    }

    private var tokenSource: TokenSource {
        var source = TokenSource(inline: tokens, file: tokensFile)
        if let jwtKeysFile, let jwtIssuer, let jwtAudience {
            source.web = .init(keysFile: jwtKeysFile, issuer: jwtIssuer, audience: jwtAudience)
        }
        return source
    }

    private func resultCache(_ logger: Logger) throws(Failure) -> any ResultCache {
        guard let redisURL else { return MemoryResultCache(maxBytes: cacheBytes.bytes) }
        guard let url = RedisURL(redisURL.value) else {
            throw Failure(
                .invalidArgument,
                "\(Variable.redisURL.name): expected redis://[[user]:password@]host[:port][/database] "
                    + "or unix:///path")
        }
        return RedisResultCache(url, memoryBytes: cacheBytes.bytes, keep: .seconds(resultTTL)) { error in
            logger.warning("Redis does not answer", metadata: ["error": "\(error)"])
        }
    }

    private func gatewayConfiguration(_ location: StoreLocation) async throws -> GatewayConfiguration {
        var configuration = GatewayConfiguration(uploadDirectory: location.dataDirectory + "/uploads")
        configuration.maxUploadBytes = maxUploadBytes.bytes
        configuration.host = host
        configuration.port = Int(port)
        (configuration.tokens, configuration.webTokens) = try await tokenSource.read()
        configuration.allowedOrigins = Set(
            (corsOrigins ?? "").split(separator: ",").map { $0.filter { !$0.isWhitespace } }
                .filter { !$0.isEmpty })
        configuration.rateLimits = rateLimit.map { RateLimits(perSecond: $0, burst: rateBurst) }
        configuration.maxConnections = maxConnections
        configuration.syncLimit = .milliseconds(syncLimit)
        configuration.maxBodyBytes = maxBodyBytes.bytes
        configuration.bodyMemory = bodyMemory?.bytes ?? max(256 << 20, 2 * maxBodyBytes.bytes)
        configuration.cacheBytes = cacheBytes.bytes
        configuration.jobs.retention = .seconds(resultTTL)
        configuration.jobs.maxAttempts = jobAttempts
        configuration.jobs.lease = .seconds(jobLease)
        configuration.jobs.messageRetention = .seconds(outboxTTL)
        configuration.topics = MessageTopics(jobs: jobsTopic, results: resultsTopic, events: eventsTopic)
        if let tlsCertificate, let tlsKey {
            configuration.security = TransportSecurity(certificateFile: tlsCertificate, keyFile: tlsKey)
        }
        try configuration.validate()
        return configuration
    }
}

/// What kind of installation this is.
enum DeploymentEnvironment: String, CaseIterable, ExpressibleByArgument {
    case development, test, production
}

extension IOError {
    /// What the system says, without the call it says it of.
    fileprivate var systemReason: String { String(cString: strerror(errnoCode)) }
}
