import FoundationEssentials
import GRDB

/// The store in one SQLite file.
///
/// Every transaction is synced to disk before it is answered (WAL, `synchronous=FULL`). GRDB runs queries on
/// threads of its own, so that no thread of Swift's pool waits for the disk.
public final class SQLiteJobStore: JobStore {
    let pool: DatabasePool
    private let presence: PresenceLock

    /// Opens the store at `path`, makes it if it is not there, and brings its tables up to date.
    ///
    /// Where no other process uses it, the jobs that a dead one was running wait again.
    public init(path: String) throws(StoreError) {
        presence = try PresenceLock(path: path + ".lock")
        var configuration = Configuration()
        configuration.label = "JobStore"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            let migrator = Self.migrator
            if let unknown = try pool.read({ try migrator.appliedIdentifiers($0) })
                .subtracting(migrator.migrations).min()
            {
                throw StoreError.newer(found: unknown)
            }
            try migrator.migrate(pool)
            if presence.isAlone { try pool.write { try Self.giveBackAll(in: $0) } }
            try presence.share()
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(error)
        }
    }

    public func close() throws(StoreError) {
        do { try pool.close() } catch { throw StoreError(error) }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do { return try await pool.write(body) } catch { throw StoreError(error) }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do { return try await pool.read(body) } catch { throw StoreError(error) }
    }
}

extension StoreError {
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError:
            let reason = error.message ?? "\(error.resultCode)"
            switch error.resultCode {
            case .SQLITE_FULL: self = .full
            case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH, .SQLITE_ERROR, .SQLITE_CONSTRAINT:
                self = .broken(reason)
            default: self = .unavailable(reason)
            }
        default: self = .unavailable("\(error)")
        }
    }
}
