import Glibc
import NIOPosix
import Synchronization

/// A PostgreSQL database, over at most as many connections as there are threads that wait for them: libpq
/// blocks, so that it gets threads of its own.
///
/// A connection that is lost is made again, with a back-off that all share. What it was lost under is done
/// again, unless it was the commit, of which nobody can say whether it was done.
final class PostgresDatabase: SQLDatabase {
    private let url: String
    private let threads: NIOThreadPool
    private let idle = Mutex<[PostgresConnection]>([])
    private let outage = Mutex(Outage())

    /// How long a call waits for a database that is not there.
    private static let patience = Duration.seconds(5)

    /// Connects, and brings the tables up to date.
    ///
    /// - Parameter connections: how many there are at most.
    init(url: String, connections: Int) throws(StoreError) {
        self.url = url
        threads = NIOThreadPool(numberOfThreads: connections)
        let deadline = ContinuousClock.now + Self.patience
        try repeating(until: deadline) { connection in try PostgresMigrations.apply(over: connection) }
        threads.start()
    }

    func close() throws(StoreError) {
        do { try threads.syncShutdownGracefully() } catch { throw .unavailable("\(error)") }
        idle.withLock { $0 = [] }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws(StoreError) -> Value {
        try await onThread { connection in try body(PostgresSession(connection)) }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws(StoreError) -> Value {
        try await onThread { connection in
            try connection.command("BEGIN")
            let value: Value
            do {
                value = try body(PostgresSession(connection))
            } catch {
                try connection.command("ROLLBACK")
                throw error
            }
            do throws(PostgresError) {
                try connection.command("COMMIT")
            } catch .lost(let reason) {
                throw StoreError.unavailable("the connection was lost in a commit: \(reason)")
            }
            return value
        }
    }

    // MARK: Threads

    private func onThread<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws(StoreError) -> Value {
        let deadline = ContinuousClock.now + Self.patience
        let result: Result<Value, StoreError>
        do {
            // A task of its own: what was begun is finished though the one who asked is cancelled.
            let work = Task { [self] in
                try await threads.runIfActive {
                    do throws(StoreError) {
                        return Result<Value, StoreError>.success(
                            try self.repeating(until: deadline, body))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            result = try await work.value
        } catch {
            throw .unavailable("the store is closed")
        }
        return try result.get()
    }

    /// Runs `body` with a connection, again where that was lost under it, until `deadline`.
    private func repeating<Value>(
        until deadline: ContinuousClock.Instant, _ body: (PostgresConnection) throws -> Value
    ) throws(StoreError) -> Value {
        while true {
            let reason: String
            do {
                return try once(body)
            } catch {
                switch error {
                case .failed(let error): throw error
                case .again(let why), .lost(let why): reason = why
                }
            }
            guard ContinuousClock.now < deadline, pause(until: deadline) else { throw .unavailable(reason) }
        }
    }

    private func once<Value>(
        _ body: (PostgresConnection) throws -> Value
    ) throws(PostgresError) -> Value {
        let connection = try take()
        do {
            let value = try body(connection)
            idle.withLock { $0.append(connection) }
            return value
        } catch let error {
            let error = PostgresError(error)
            // One that was lost is closed by being dropped.
            if case .lost = error {} else { idle.withLock { $0.append(connection) } }
            throw error
        }
    }

    // MARK: Connections

    /// While the database is not there: since when, and when to try again.
    private struct Outage {
        var since: ContinuousClock.Instant?
        var nextAttempt = ContinuousClock.now
        var backOff = Duration.zero
        var reason = ""
    }

    private func take() throws(PostgresError) -> PostgresConnection {
        if let connection = idle.withLock({ $0.popLast() }) { return connection }
        let refusal = outage.withLock { outage -> String? in
            if outage.since != nil, ContinuousClock.now < outage.nextAttempt { return outage.reason }
            // The others wait for what becomes of this attempt.
            outage.nextAttempt = .now + outage.backOff
            return nil
        }
        if let refusal { throw .lost(refusal) }
        do {
            let connection = try PostgresConnection(url: url)
            outage.withLock { $0 = Outage() }
            return connection
        } catch {
            outage.withLock { outage in
                outage.since = outage.since ?? .now
                outage.backOff = min(max(outage.backOff * 2, .milliseconds(50)), .seconds(1))
                outage.nextAttempt = .now + outage.backOff
                if case .lost(let reason) = error { outage.reason = reason }
            }
            throw error
        }
    }

    /// Waits for the next attempt, in this thread, which has nothing else to do.
    ///
    /// - Returns: false where the database has been gone for long: who asks then is told at once.
    private func pause(until deadline: ContinuousClock.Instant) -> Bool {
        let (since, next) = outage.withLock { ($0.since, $0.nextAttempt) }
        if let since, ContinuousClock.now - since > Self.patience { return false }
        let rest = min(next, deadline) - .now
        usleep(UInt32(max(rest / .microseconds(1), 1000)))
        return true
    }
}

extension PostgresError {
    /// What a transaction threw.
    fileprivate init(_ error: any Error) {
        switch error {
        case let error as PostgresError: self = error
        case let error as StoreError: self = .failed(error)
        default: self = .failed(.broken("\(error)"))
        }
    }
}
