import Foundation

/// A real redis-server of the test's own, on a Unix socket in a temporary folder.
final class RedisServer {
    static let program = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let folder: URL
    private let arguments: [String]
    private var process: Process

    var url: String { "unix://" + socket }
    private var socket: String { folder.appendingPathComponent("redis.sock").path }

    init(_ arguments: [String] = []) throws {
        self.arguments = arguments
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "redis-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process = Process()
        try start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    func start() throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program ?? "")
        process.arguments =
            ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder.path]
            + arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let deadline = ContinuousClock.now + .seconds(20)
        while !FileManager.default.fileExists(atPath: socket) {
            guard ContinuousClock.now < deadline, process.isRunning else {
                throw CocoaError(.fileReadUnknown)
            }
            usleep(5000)
        }
    }

    /// As by `kill -9`.
    func kill() {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: socket)
    }

    /// Stops it from answering, though it takes connections.
    func freeze() { Glibc.kill(process.processIdentifier, SIGSTOP) }
    func thaw() { Glibc.kill(process.processIdentifier, SIGCONT) }
}
