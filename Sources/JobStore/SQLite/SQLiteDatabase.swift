import FoundationEssentials
import GRDB

/// One SQLite file.
///
/// Every commit is synced to disk before it is answered (WAL, `synchronous=FULL`); writes that come at the
/// same time share one. GRDB runs them on threads of its own, so that no thread of Swift's pool waits for the
/// disk.
final class SQLiteDatabase: SQLDatabase {
    private let pool: DatabasePool
    private let lock: StoreFileLock
    private let writes: GroupCommit<any SQLiteWrite>

    /// Opens the store at `path`, makes it if it is not there, and brings its tables up to date.
    ///
    /// - Parameter runsJobs: whether this process runs jobs. Where no other one that does uses the store, the
    ///   jobs that a dead one was running wait again.
    init(path: String, runsJobs: Bool) throws(StoreError) {
        lock = try StoreFileLock(path: path + ".lock")
        var configuration = Configuration()
        configuration.label = "JobStore"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            try Self.migrate(pool)
            if runsJobs, try lock.join() {
                try pool.write { try SQLiteSession(db: $0).giveBackOrphans(at: nil) }
            }
            lock.finishOpening()
            self.pool = pool
            writes = GroupCommit(largest: 512) { batch in await Self.commit(batch, pool) }
        } catch {
            throw StoreError(sqlite: error)
        }
    }

    private static func migrate(_ pool: DatabasePool) throws {
        let known = migrator.migrations
        if let unknown = try pool.read({ try migrator.appliedIdentifiers($0) }).subtracting(known).min() {
            throw StoreError.newer(found: unknown)
        }
        try migrator.migrate(pool)
    }

    func close() throws(StoreError) {
        defer { lock.leave() }
        do { try pool.close() } catch { throw StoreError(sqlite: error) }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.read { db in try body(SQLiteSession(db: db)) }
        } catch {
            throw StoreError(sqlite: error)
        }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws(StoreError) -> Value {
        let result = await withCheckedContinuation { continuation in
            writes.add(PendingWrite(body) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    /// Does all of `batch` in one transaction, each in a savepoint of its own.
    private static func commit(_ batch: [any SQLiteWrite], _ pool: DatabasePool) async {
        do {
            try await pool.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    for write in batch {
                        try db.inSavepoint { write.perform(in: SQLiteSession(db: db)) ? .commit : .rollback }
                    }
                    return .commit
                }
            }
            for write in batch { write.finish(nil) }
        } catch {
            for write in batch { write.finish(StoreError(sqlite: error)) }
        }
    }
}

/// A write that waits for its turn.
private protocol SQLiteWrite: Sendable {
    /// False where it failed and is to be undone.
    func perform(in session: SQLiteSession) -> Bool

    /// Called once the transaction has ended, with what went wrong with all of it.
    func finish(_ error: StoreError?)
}

/// Touched by one thread at a time: by the transaction, then by the one who ends it.
private final class PendingWrite<Value: Sendable>: SQLiteWrite, @unchecked Sendable {
    private let body: @Sendable (any SQLSession) throws -> Value
    private let answer: @Sendable (Result<Value, StoreError>) -> Void
    private var result: Result<Value, StoreError>?

    init(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value,
        answer: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) {
        self.body = body
        self.answer = answer
    }

    func perform(in session: SQLiteSession) -> Bool {
        do {
            result = .success(try body(session))
            return true
        } catch {
            result = .failure(StoreError(sqlite: error))
            return false
        }
    }

    func finish(_ error: StoreError?) {
        answer(error.map { .failure($0) } ?? result ?? .failure(.broken("a write was not done")))
    }
}
