import NIOCore
import Synchronization

/// What a request handler may know of the connection its request came over.
///
/// HTTP/1.1 answers one request at a time, so at most one handler waits for the end of it.
final class Connection: Sendable {
    private enum State {
        case open(onClose: (@Sendable () -> Void)?)
        case closed
    }

    private let state = Mutex<State>(.open(onClose: nil))
    /// Runs tasks on the connection's event loop.
    let executor: LoopExecutor

    init(on loop: any EventLoop) { executor = .of(loop) }

    /// Whether there is nobody any more to answer to.
    var isClosed: Bool { state.withLock { if case .closed = $0 { true } else { false } } }

    /// Runs `body`, and `onClose` once if the client goes away meanwhile or already has.
    func watching<Value>(
        onClose: @escaping @Sendable () -> Void, _ body: () async throws -> Value
    ) async rethrows -> Value {
        let alreadyClosed = state.withLock { state in
            guard case .open = state else { return true }
            state = .open(onClose: onClose)
            return false
        }
        if alreadyClosed { onClose() }
        defer {
            state.withLock { state in if case .open = state { state = .open(onClose: nil) } }
        }
        return try await body()
    }

    func clientWentAway() {
        let onClose = state.withLock { state -> (@Sendable () -> Void)? in
            guard case .open(let onClose) = state else { return nil }
            state = .closed
            return onClose
        }
        onClose?()
    }
}

/// The open connections by their channel.
final class Connections: Sendable {
    private let open = Mutex<[ObjectIdentifier: Connection]>([:])

    var count: Int { open.withLock { $0.count } }

    subscript(channel: any Channel) -> Connection? {
        open.withLock { $0[ObjectIdentifier(channel)] }
    }

    func add(_ connection: Connection, for channel: any Channel) {
        open.withLock { $0[ObjectIdentifier(channel)] = connection }
    }

    func remove(_ channel: any Channel) {
        open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }
}
