import Engine
import Glibc
import ServiceLifecycle

/// Whoever started the daemon and wants to hear of it: systemd, by its protocol of environment
/// variables. Where nobody does, nothing happens.
struct Supervisor: Sendable {
    /// A socket that is listened on already (`LISTEN_FDS`); nil when there is none for this process.
    let inheritedSocket: CInt?
    private let notifySocket: String?
    /// How often the supervisor wants to hear that the daemon is alive; nil when it does not.
    let watchdogInterval: Duration?

    private static let firstInherited: CInt = 3

    init(environment: [String: String]) {
        let isForUs = environment["LISTEN_PID"].flatMap { pid_t($0) } == getpid()
        let count = environment["LISTEN_FDS"].flatMap { Int($0) } ?? 0
        inheritedSocket = isForUs && count > 0 ? Self.firstInherited : nil
        if let descriptor = inheritedSocket {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        let watchdog = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogInterval = watchdog > 0 ? .microseconds(watchdog) : nil
        notifySocket = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Sends `state`, e.g. `READY=1`. Nobody waits for an answer, and nothing depends on it.
    func notify(_ state: String) {
        guard let notifySocket else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(notifySocket.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // A name that starts with @ is one of Linux's abstract ones.
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(state.utf8)
        let length = MemoryLayout<sa_family_t>.size + name.count
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(
                    descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL), address, socklen_t(length))
            }
        }
    }
}

/// Tells the supervisor, twice in each of its intervals, that the engine still answers.
struct Watchdog: Service {
    let supervisor: Supervisor
    let engine: Engine

    func run() async throws {
        guard let interval = supervisor.watchdogInterval else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                _ = engine.status
                supervisor.notify("WATCHDOG=1")
                try? await Task.sleep(for: interval / 2)
            }
        }
    }
}
