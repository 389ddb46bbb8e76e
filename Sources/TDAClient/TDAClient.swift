import NIOCore
import NIOPosix
public import Vocabulary
import Wire

/// A connection to `tdad`. Any number of requests may run over it at the same time.
///
/// Every call throws a `Failure`: the daemon's own, or `unavailable` when the daemon is not there or
/// the connection is lost, which fails all that is waiting. Connecting again is the caller's business.
public final class TDAClient: Sendable {
    /// Is told how far a computation is, on the client's event loop: return soon.
    public typealias ProgressHandler = @Sendable (ComputeProgress) -> Void

    private let connection: Connection
    /// The daemon's version.
    public let serverVersion: String

    private init(_ connection: Connection, serverVersion: String) {
        self.connection = connection
        self.serverVersion = serverVersion
    }

    /// Connects to the daemon that listens on the Unix socket at `path`.
    ///
    /// - Parameters:
    ///   - name: who is asking, for the daemon's log and `status`, e.g. `tda 0.1.0`.
    ///   - attention: for a caller with one small request after the other, how long to look for an answer, on a core of
    ///     its own, before the connection's thread sleeps. To wake it takes as long as a small computation. Zero: it
    ///     sleeps at once.
    public static func connect(
        socket path: String, name: String = "TDAClient \(platformVersion)", attention: Duration = .zero
    ) async throws(Failure) -> TDAClient {
        try await connect(
            socket: path, name: name, on: MultiThreadedEventLoopGroup.singleton, attention: attention)
    }

    /// - Parameter group: where the connection lives.
    static func connect(
        socket path: String, name: String, on group: any EventLoopGroup, attention: Duration = .zero
    ) async throws(Failure) -> TDAClient {
        let connection = try await Connection.open(path, on: group, attention: attention)
        let reply = try await connection.request { _ in .hello(client: name) }
        guard case .welcome(let welcome) = reply else {
            await connection.close()
            throw .unexpected(reply)
        }
        connection.adopt(welcome)
        return TDAClient(connection, serverVersion: welcome.server)
    }

    /// The barcode of the request's input.
    ///
    /// Cancelling the task that waits cancels the computation; `cancelled` is thrown then.
    public func compute(
        _ request: ComputeRequest, progress: ProgressHandler? = nil,
        progressInterval: Duration = .milliseconds(200)
    ) async throws(Failure) -> ComputeResult {
        let interval = progress == nil ? nil : progressInterval
        let reply = try await connection.request(progress: progress) { id in
            .compute(id: id, request, progressInterval: interval)
        }
        guard case .result(let result) = reply else { throw .unexpected(reply) }
        return result
    }

    /// What computing the request is expected to take; nothing is computed.
    public func estimate(_ request: ComputeRequest) async throws(Failure) -> ComputeEstimate {
        let reply = try await connection.request { .estimate(id: $0, request) }
        guard case .estimate(let estimate) = reply else { throw .unexpected(reply) }
        return estimate
    }

    /// What the daemon is doing and has done.
    public func status() async throws(Failure) -> DaemonStatus {
        let reply = try await connection.request { .status(id: $0) }
        guard case .status(let status) = reply else { throw .unexpected(reply) }
        return status
    }

    /// The daemon's machine: its cores, memory and OpenCL devices.
    ///
    /// - Parameter calibrate: whether the daemon is to measure anew what each way of computing takes, a
    ///   second or two, before it answers. `overloaded` while it computes.
    public func devices(calibrate: Bool = false) async throws(Failure) -> HardwareDescription {
        let reply = try await connection.request { .devices(id: $0, calibrate: calibrate) }
        guard case .devices(let devices) = reply else { throw .unexpected(reply) }
        return devices
    }

    /// The daemon's counters in Prometheus' text format.
    public func metrics() async throws(Failure) -> String {
        let reply = try await connection.request { .metrics(id: $0) }
        guard case .metrics(let text) = reply else { throw .unexpected(reply) }
        return text
    }

    /// Cancels a computation by the number that `status` gives it, whoever asked for it.
    ///
    /// - Returns: false when there is no such computation, or it has ended.
    public func cancel(computation id: UInt64) async throws(Failure) -> Bool {
        let reply = try await connection.request { .cancel(id: $0, .computation(id)) }
        guard case .cancelled(let found) = reply else { throw .unexpected(reply) }
        return found
    }

    /// Runs tasks on the connection's own thread, so that no other has to be woken for a request and for its
    /// answer, which takes as long as the smallest computations. For `withTaskExecutorPreference`; tasks there must
    /// not block, and answers wait while one works.
    public var executor: any TaskExecutor { connection.executor }

    /// False once the connection is closed or lost.
    public var isConnected: Bool { connection.isOpen }

    /// Ends the connection; what is still waiting fails with `unavailable`. To close twice is harmless.
    public func close() async { await connection.close() }
}

extension Failure {
    fileprivate static func unexpected(_ reply: ClientHandler.Outcome) -> Failure {
        Failure(.internal, "the daemon answered with another kind of reply than was asked for: \(reply.kind)")
    }
}
