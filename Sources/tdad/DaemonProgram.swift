import ArgumentParser
import Engine
import FoundationEssentials
import Glibc
import Hardware
import Logging
import Server
import ServiceLifecycle
import Settings
import UnixSignals
import Vocabulary

/// The daemon: reads its configuration, puts the parts together, and serves until it is told to stop.
@main
struct DaemonProgram: Program {
    static let configuration = CommandConfiguration(
        commandName: "tdad",
        abstract: "Computes persistent homology for all who ask on its Unix socket.",
        discussion: "Stops on SIGTERM or SIGINT: what runs gets the grace time to end.",
        version: platformVersion)

    static let variables =
        Variable.common + [.threads, .smt, .memoryLimit, .queue, .openCL, .calibration, .grace]

    @OptionGroup var common: CommonOptions
    @Option(.threads) var threads: Int?
    @Option(.smt) var smt: Switch = .off
    @Option(.memoryLimit) var memoryLimit: ByteCount?
    @Option(.queue) var queue: Int = EngineSettings().queueCapacity
    @Option(.openCL) var openCL: String = "auto"
    @Option(.calibration) var calibration: String?
    @Option(.grace) var grace: Int = 10

    func validate() throws {
        if let threads, !(1...4096).contains(threads) {
            throw ValidationError("--threads: \(threads) is not from 1 to 4096")
        }
        if let memoryLimit, memoryLimit.bytes < 1 << 20 {
            throw ValidationError("--memory-limit: \(memoryLimit) is less than the least, 1M")
        }
        guard (1...1_000_000).contains(queue) else {
            throw ValidationError("--queue: \(queue) is not from 1 to 1000000")
        }
        guard (0...86400).contains(grace) else {
            throw ValidationError("--grace: \(grace) is not from 0 to 86400 seconds")
        }
    }

    func run() async throws {
        LargeBlocks.returnAtOnce()
        let supervisor = Supervisor(environment: ProcessInfo.processInfo.environment)
        // The socket first: a second daemon is told so before it takes cores and memory.
        let socket = try openSocket(supervisor)
        let machine = try Machine()
        let logger = Logger(label: "tdad")
        let choice = OpenCLChoice(openCL)
        let devices = try choice.open { logger.warning("\($0)") }
        let pool = try WorkerPool(
            topology: machine.topology,
            threads: threads ?? machine.defaultThreadCount(siblings: smt == .on), siblings: smt == .on)
        let budget = MemoryBudget(limit: memoryLimit?.bytes ?? machine.defaultMemoryLimit)
        let backends = Backends(devices: devices, isForced: choice.isForced)
        let calibrating = Calibrating(
            backends: backends, pool: pool,
            file: CalibrationFile(setting: calibration, environment: ProcessInfo.processInfo.environment),
            fingerprint: machine.fingerprint(devices: devices, threads: pool.threadCount), logger: logger)
        await calibrating.start()
        var hardware = machine.description(devices: devices.map(\.description))
        hardware.instructionSet = RipsComputation.instructionSet
        hardware.rates = backends.calibration?.rates ?? []

        var engineSettings = EngineSettings()
        engineSettings.queueCapacity = queue
        let engine = Engine(
            threads: pool, express: try WorkerPool(topology: machine.topology, threads: 1), budget: budget,
            computation: ComplexComputation(backends: backends), settings: engineSettings)

        var serverSettings = ServerSettings()
        serverSettings.grace = .seconds(grace)
        let grace = grace
        let ready =
            "tdad \(platformVersion) ready on \(socket.path): \(pool.threadCount) threads, "
            + "\(ByteCount(budget.limit & ~0xFFFFF)) of memory"
        let server = DaemonServer(
            socket: socket, engine: engine, settings: serverSettings, hardware: hardware,
            calibration: { () async throws(Failure) in try await calibrating.again() }, logger: logger,
            onReady: {
                print(ready)
                fflush(nil)
                supervisor.notify("READY=1\nSTATUS=\(ready)")
            },
            onStopping: {
                logger.info("stopping", metadata: ["grace": "\(grace)s"])
                supervisor.notify("STOPPING=1")
            })
        let lifecycle = ServiceGroup(
            configuration: .init(
                services: [
                    // Stopped in reverse order: the watchdog watches to the end.
                    .init(
                        service: Watchdog(supervisor: supervisor, engine: engine),
                        successTerminationBehavior: .ignore),
                    .init(service: server),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await lifecycle.run()
    }

    private func openSocket(_ supervisor: Supervisor) throws(StartError) -> ListeningSocket {
        let path = common.socket ?? SocketPath.forServer(environment: ProcessInfo.processInfo.environment)
        if let inherited = supervisor.inheritedSocket {
            return ListeningSocket(inherited: inherited, path: path)
        }
        return try ListeningSocket(path: path)
    }
}
