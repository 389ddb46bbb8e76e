import Engine
import Hardware
import Logging
import Server
import ServiceLifecycle
import Vocabulary

/// The daemon itself in this process, with two threads, on a socket at `path`.
struct RealDaemon {
    /// Runs `body` against it, then stops it and waits for its end.
    static func with<Value: Sendable>(
        socket path: String, memory: Int = 1 << 30, _ body: () async throws -> Value
    ) async throws -> Value {
        let engine = Engine(
            threads: try WorkerPool(topology: try Machine().topology, threads: 2),
            budget: MemoryBudget(limit: memory), computation: ComplexComputation(), settings: EngineSettings()
        )
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = DaemonServer(
            socket: try ListeningSocket(path: path), engine: engine, settings: ServerSettings(),
            hardware: HardwareDescription(), logger: silent, onReady: { isReady.yield() })
        let lifecycle = ServiceGroup(services: [server], logger: silent)

        async let running: Void = lifecycle.run()
        for await _ in ready { break }
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        await lifecycle.triggerGracefulShutdown()
        try await running
        return try outcome.get()
    }
}
