import Engine
import Foundation
import Hardware
import Logging
import Server
import ServiceLifecycle
import TDAClient
import Vocabulary

/// A daemon on a socket in a folder of its own.
struct TestDaemon: Sendable {
    let path: String
    let engine: Engine
    let budget: MemoryBudget
    private let lifecycle: ServiceGroup

    func client() async throws(Failure) -> TDAClient {
        try await TDAClient.connect(socket: path, name: "test")
    }

    /// As SIGTERM does.
    func stop() async { await lifecycle.triggerGracefulShutdown() }

    /// Runs `body` against a daemon, then stops it and waits for its end.
    static func with<Value: Sendable>(
        computation: any Computation = Echo(), threads: Int = 2, budget bytes: Int = 1 << 30,
        queue: Int = 1000, settings: ServerSettings = .patient,
        _ body: (TestDaemon) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tda-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "tda.sock").path

        var engineSettings = EngineSettings()
        engineSettings.queueCapacity = queue
        let budget = MemoryBudget(limit: bytes)
        let engine = Engine(
            threads: DispatchThreads(threads), budget: budget, computation: computation,
            settings: engineSettings)
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        var hardware = HardwareDescription()
        hardware.processor = "test"
        let server = DaemonServer(
            socket: try ListeningSocket(path: path), engine: engine, settings: settings,
            hardware: hardware,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onReady: { isReady.yield() })
        let lifecycle = ServiceGroup(
            services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let daemon = TestDaemon(path: path, engine: engine, budget: budget, lifecycle: lifecycle)

        async let running: Void = lifecycle.run()
        for await _ in ready { break }
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(daemon)) } catch { outcome = .failure(error) }
        await daemon.stop()
        try await running
        return try outcome.get()
    }
}

/// Waits until `condition` holds.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(1)) }
}

extension ServerSettings {
    /// For a machine that runs every test at once: a client may take its time to say hello.
    static var patient: ServerSettings {
        var settings = ServerSettings()
        settings.helloTimeout = .seconds(300)
        return settings
    }
}
