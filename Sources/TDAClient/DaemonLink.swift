import NIOCore
import NIOPosix
import Synchronization
public import Vocabulary

/// The daemon behind its socket, over one connection that all requests share; connects when it is first
/// needed, and again after a loss.
public final class DaemonLink: Sendable {
    private enum State: Sendable {
        case apart
        case connecting(Task<Result<TDAClient, Failure>, Never>)
        case connected(TDAClient)
    }

    private let socket: String
    private let name: String
    private let group: any EventLoopGroup
    private let state = Mutex(State.apart)

    /// - Parameters:
    ///   - socket: the path of the daemon's socket. The daemon need not be there yet.
    ///   - name: who is asking, for the daemon's log and `status`, e.g. `tda-gateway 0.1.0`.
    public convenience init(socket: String, name: String) {
        self.init(socket: socket, name: name, on: MultiThreadedEventLoopGroup.singleton)
    }

    /// - Parameter group: where the connection lives.
    init(socket: String, name: String, on group: any EventLoopGroup) {
        self.socket = socket
        self.name = name
        self.group = group
    }

    public func compute(
        _ request: ComputeRequest, progress: TDAClient.ProgressHandler? = nil
    ) async throws(Failure) -> ComputeResult {
        // Not asked twice: it may be what brought the daemon down.
        try await client().compute(request, progress: progress)
    }

    public func estimate(_ request: ComputeRequest) async throws(Failure) -> ComputeEstimate {
        try await asking { (client) throws(Failure) in try await client.estimate(request) }
    }

    public func status() async throws(Failure) -> DaemonStatus {
        try await asking { (client) throws(Failure) in try await client.status() }
    }

    /// Ends the connection; a later request makes a new one.
    public func close() async {
        let client = state.withLock { state -> TDAClient? in
            defer { state = .apart }
            guard case .connected(let client) = state else { return nil }
            return client
        }
        await client?.close()
    }

    /// Asks once more over a new connection when the old one turns out to be lost, as it does after the
    /// daemon was restarted. Requests change nothing in the daemon, so that asking twice does no harm.
    private func asking<Answer: Sendable>(
        _ ask: (TDAClient) async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        let client = try await client()
        do {
            return try await ask(client)
        } catch  where error.code == .unavailable && !client.isConnected && !Task.isCancelled {
            return try await ask(try await self.client())
        }
    }

    private func client() async throws(Failure) -> TDAClient {
        let (client, connecting) = state.withLock {
            state -> (TDAClient?, Task<Result<TDAClient, Failure>, Never>?) in
            switch state {
            case .connected(let client) where client.isConnected: return (client, nil)
            case .connecting(let task): return (nil, task)
            case .connected, .apart:
                let task = connectingTask()
                state = .connecting(task)
                return (nil, task)
            }
        }
        if let client { return client }
        guard let connecting else { throw Failure(.unavailable, "no connection to the daemon") }
        return try await connecting.value.get()
    }

    private func connectingTask() -> Task<Result<TDAClient, Failure>, Never> {
        Task { [self] in
            let result: Result<TDAClient, Failure>
            do throws(Failure) {
                result = .success(
                    try await TDAClient.connect(socket: socket, name: name, on: group))
            } catch {
                result = .failure(error)
            }
            state.withLock { state in
                if case .success(let client) = result { state = .connected(client) } else { state = .apart }
            }
            return result
        }
    }
}
