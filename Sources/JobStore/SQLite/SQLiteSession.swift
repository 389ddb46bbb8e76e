import FoundationEssentials
import GRDB

/// A transaction, or a savepoint in one.
struct SQLiteSession: SQLSession {
    let db: Database

    private static let dialect = SQLDialect(
        // Whoever writes has the database to himself.
        forUpdate: "",
        elements: { parameter, _ in "SELECT value FROM json_each(\(parameter))" }, outboxLock: nil)

    var dialect: SQLDialect { Self.dialect }

    func now() -> Date { Date() }

    func rows(_ sql: String, _ values: [SQLValue]) throws -> [SQLRow] {
        let statement = try db.cachedStatement(sql: sql)
        let rows = try Row.fetchCursor(statement, arguments: arguments(values))
        var result: [SQLRow] = []
        while let row = try rows.next() {
            result.append(SQLRow(values: row.databaseValues.map(SQLValue.init)))
        }
        return result
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int {
        try db.cachedStatement(sql: sql).execute(arguments: arguments(values))
        return db.changesCount
    }

    private func arguments(_ values: [SQLValue]) -> StatementArguments {
        StatementArguments(values.map(\.databaseValue))
    }
}

extension SQLValue {
    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let integer): self = .integer(integer)
        case .double(let real): self = .real(real)
        case .string(let text): self = .text(text)
        case .blob(let bytes): self = .bytes(bytes)
        }
    }

    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .real(let real): real.databaseValue
        case .text(let text): text.databaseValue
        case .bytes(let bytes): bytes.databaseValue
        case .moment(let moment): moment.microseconds.databaseValue
        }
    }
}

extension StoreError {
    init(sqlite error: any Error) {
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
