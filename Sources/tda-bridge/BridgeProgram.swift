import ArgumentParser
import Bridge
import FoundationEssentials
import Glibc
import JobStore
import Kafka
import Logging
import Messages
import Settings
import StreamWindows
import Vocabulary

/// `tda-bridge`: configuration and wiring only.
struct BridgeProgram: Program {
    static let configuration = CommandConfiguration(
        commandName: "tda-bridge",
        abstract:
            "Joins the service to Kafka: publishes the outbox, computes windows over streams, runs requests.",
        discussion: """
            Other commands, each with its own --help:
              tda-bridge redrive   send dead letters back to their topics
              tda-bridge watch     show what arrives
              tda-bridge validate  check messages against a topic's schema

            librdkafka's security properties are taken from KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_…, KAFKA_SSL_… and \
            from KAFKA_PROPERTIES_FILE.
            """,
        version: platformVersion)

    static let variables: [Variable] =
        Variable.common + KafkaOptions.variables + [
            .dataDirectory, .databaseURL, .schemaRegistryURL, .kafkaTransactions, .apiTokens,
            .gatewayURL,
            .metricsHost, .metricsPort, .maxEventBytes, .windowSeconds, .windowSlide, .windowCount,
            .windowCountStep,
            .windowIdle, .windowLateness, .windowMaxDimension, .windowMaxEdgeLength, .windowStreamBytes,
            .windowTotalBytes, .windowConcurrency, .windowReuse,
        ]

    @OptionGroup var common: CommonOptions
    @OptionGroup var kafka: KafkaOptions
    @Flag(help: "End with an error when no broker answers at the start, rather than to try again.")
    var requireBroker = false
    @Option(.dataDirectory) var dataDirectory: String?
    @Option(.databaseURL) var databaseURL: Secret?
    @Option(.schemaRegistryURL) var schemaRegistry: Secret?
    @Option(.kafkaTransactions) var transactions = TransactionUse.auto
    @Option(.apiTokens) var tokens: Secret?
    @Option(.gatewayURL) var gatewayURL = "http://127.0.0.1:8000"
    @Option(.metricsHost) var metricsHost = "127.0.0.1"
    @Option(.metricsPort) var metricsPort: UInt16 = 8001
    @Option(.maxEventBytes) var maxEventBytes = ByteCount(4 << 20)
    @Option(.windowSeconds) var windowSeconds = 10.0
    @Option(.windowSlide) var windowSlide: Double?
    @Option(.windowCount) var windowCount: Int?
    @Option(.windowCountStep) var windowCountStep: Int?
    @Option(.windowIdle) var windowIdle = 3.0
    @Option(.windowLateness) var windowLateness = 0.0
    @Option(.windowMaxDimension) var windowMaxDimension = 1
    @Option(.windowMaxEdgeLength) var windowMaxEdgeLength: Double?
    @Option(.windowStreamBytes) var windowStreamBytes = ByteCount(32 << 20)
    @Option(.windowTotalBytes) var windowTotalBytes = ByteCount(256 << 20)
    @Option(.windowConcurrency) var windowConcurrency = 8
    @Option(.windowReuse) var windowReuse = ReuseChoice.auto

    func validate() throws {
        for (variable, seconds) in [
            (Variable.windowSeconds, windowSeconds), (.windowSlide, windowSlide ?? 1),
            (.windowIdle, windowIdle),
        ] {
            guard (0.001...31_536_000).contains(seconds) else {
                throw ValidationError("\(variable.name): \(seconds) is not from 0.001 to 31536000 seconds")
            }
        }
        guard (0...31_536_000).contains(windowLateness) else {
            throw ValidationError(
                "\(Variable.windowLateness.name): \(windowLateness) is not from 0 to 31536000 seconds")
        }
        guard (1...1024).contains(windowConcurrency) else {
            throw ValidationError(
                "\(Variable.windowConcurrency.name): \(windowConcurrency) is not from 1 to 1024")
        }
        for (variable, size) in [
            (Variable.maxEventBytes, maxEventBytes), (.windowStreamBytes, windowStreamBytes),
            (.windowTotalBytes, windowTotalBytes),
        ] where size.bytes < 1024 {
            throw ValidationError("\(variable.name): \(size) is less than the least, 1K")
        }
    }

    func run() async throws {
        let logger = Logger(label: "tda-bridge")
        let environment = ProcessInfo.processInfo.environment
        var options = BridgeOptions(
            properties: try kafka.properties(environment, logger), windows: try windowOptions(),
            daemonSocket: common.socket ?? SocketPath.forClient(environment: environment),
            gatewayURL: gatewayURL)
        options.topics = kafka.topics
        options.requestsTopic = kafka.requestsTopic
        options.group = kafka.group
        options.transactions = transactions
        options.maxEventBytes = maxEventBytes.bytes
        options.gatewayToken = tokens.flatMap {
            $0.value.split(separator: ",").first.map { Secret(String($0)) }
        }
        options.registryURL = schemaRegistry
        options.metricsHost = metricsHost
        options.metricsPort = Int(metricsPort)
        options.requiresBroker = requireBroker

        let store = try OutboxLocation.open(
            databaseURL: databaseURL?.value, dataDirectory: dataDirectory, environment: environment)
        let servers = kafka.servers
        try await Bridge(options: options, outbox: store, logger: logger).run { port in
            print("tda-bridge: joined to Kafka at \(servers), metrics on port \(port)")
            fflush(nil)
        }
        try store.close()
    }

    private func windowOptions() throws -> WindowOptions {
        let shape: WindowSettings.Shape
        if let windowCount {
            shape = .count(size: windowCount, step: windowCountStep ?? windowCount)
        } else if let windowSlide, windowSlide != windowSeconds {
            shape = .sliding(length: milliseconds(windowSeconds), step: milliseconds(windowSlide))
        } else {
            shape = .tumbling(length: milliseconds(windowSeconds))
        }
        do {
            let settings = try WindowSettings(
                shape: shape, lateness: milliseconds(windowLateness), idle: milliseconds(windowIdle),
                streamLimit: windowStreamBytes.bytes)
            var options = WindowOptions(
                windows: settings,
                homology: try VietorisRipsOptions(
                    maxDimension: windowMaxDimension, maxEdgeLength: windowMaxEdgeLength))
            options.eventsTopic = kafka.topics.events
            options.resultsTopic = kafka.topics.results
            options.concurrency = windowConcurrency
            options.totalLimit = windowTotalBytes.bytes
            options.reuse = windowReuse.choice
            return options
        } catch {
            throw Failure(.invalidArgument, "the TDA_WINDOW_… settings: \(error)")
        }
    }

    private func milliseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1000).rounded()) }
}

extension TransactionUse: ExpressibleByArgument {}

/// `auto`, `on` or `off`.
enum ReuseChoice: String, CaseIterable, ExpressibleByArgument {
    case auto, on, off

    var choice: DistanceReuse { DistanceReuse(rawValue: rawValue) ?? .auto }
}
