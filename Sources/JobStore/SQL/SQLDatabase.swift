import Formats
import FoundationEssentials

/// A database that speaks SQL, as `SQLJobStore` needs it. Everything the store does is written once, in the
/// SQL that SQLite and PostgreSQL share; where they differ, `SQLDialect` says how.
protocol SQLDatabase: Sendable {
    /// Runs `body` in a transaction of its own, which is durable when this returns.
    ///
    /// What `body` throws undoes it. It may be run again, from the start, when the database asks for that.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws(StoreError) -> Value

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws(StoreError) -> Value

    func close() throws(StoreError)
}

/// A transaction.
protocol SQLSession {
    var dialect: SQLDialect { get }

    /// The time, the same for all who share the database.
    func now() throws -> Date

    /// Runs one statement, whose parameters are `?1`, `?2`, ….
    func rows(_ sql: String, _ values: [SQLValue]) throws -> [SQLRow]

    /// - Returns: how many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int
}

/// Where the two databases differ.
struct SQLDialect: Sendable {
    /// Ends a query of rows that are about to be changed: nobody else may change them meanwhile, and those
    /// that somebody is changing are left out.
    var forUpdate: String
    /// A query for the elements of a JSON array.
    var elements: @Sendable (_ parameter: String, _ type: ElementType) -> String
    /// A statement that makes others who run it wait for the end of this transaction, if one is needed.
    var outboxLock: String?
}

enum ElementType {
    case integers
    case texts
}

/// What a column or a parameter holds.
enum SQLValue: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case bytes(Data)
    case moment(Date)

    static func text(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
    static func integer(_ integer: Int?) -> SQLValue { integer.map { .integer(Int64($0)) } ?? .null }
    /// A JSON array; see `SQLDialect.elements`.
    static func list(_ integers: [Int64]) -> SQLValue {
        .text("[\(integers.map(String.init).joined(separator: ","))]")
    }

    static func list(_ texts: some Sequence<String>) -> SQLValue {
        var json = JSONText()
        json.array { json in for text in texts { json.value(text) } }
        return .text(String(decoding: json.bytes, as: UTF8.self))
    }

    static func moment(_ moment: Date?) -> SQLValue { moment.map { .moment($0) } ?? .null }
}

/// The columns of a row, in the order of the query.
struct SQLRow: Sendable {
    let values: [SQLValue]

    func optionalText(_ column: Int) throws(StoreError) -> String? {
        switch values[column] {
        case .null: return nil
        case .text(let text): return text
        default: throw unexpected(column)
        }
    }

    func optionalInteger(_ column: Int) throws(StoreError) -> Int? {
        switch values[column] {
        case .null: return nil
        case .integer(let integer): return Int(integer)
        default: throw unexpected(column)
        }
    }

    func optionalMoment(_ column: Int) throws(StoreError) -> Date? {
        switch values[column] {
        case .null: return nil
        case .moment(let moment): return moment
        // A database without a type for moments keeps microseconds.
        case .integer(let microseconds): return Date(microseconds: microseconds)
        default: throw unexpected(column)
        }
    }

    func text(_ column: Int) throws(StoreError) -> String { try present(optionalText(column), column) }
    func integer(_ column: Int) throws(StoreError) -> Int { try present(optionalInteger(column), column) }
    func moment(_ column: Int) throws(StoreError) -> Date { try present(optionalMoment(column), column) }

    func real(_ column: Int) throws(StoreError) -> Double {
        switch values[column] {
        case .real(let real): return real
        case .integer(let integer): return Double(integer)
        default: throw unexpected(column)
        }
    }

    func bytes(_ column: Int) throws(StoreError) -> Data {
        guard case .bytes(let bytes) = values[column] else { throw unexpected(column) }
        return bytes
    }

    private func present<Value>(_ value: Value?, _ column: Int) throws(StoreError) -> Value {
        guard let value else { throw unexpected(column) }
        return value
    }

    private func unexpected(_ column: Int) -> StoreError {
        .broken("column \(column) of a row holds \(values[column])")
    }
}

extension SQLSession {
    func row(_ sql: String, _ values: [SQLValue] = []) throws -> SQLRow? { try rows(sql, values).first }

    func rows(_ sql: String) throws -> [SQLRow] { try rows(sql, []) }
}

extension Date {
    /// As a database without a type for moments keeps them.
    var microseconds: Int64 { Int64((timeIntervalSince1970 * 1_000_000).rounded()) }

    init(microseconds: Int64) { self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

    static func + (date: Date, duration: Duration) -> Date {
        date.addingTimeInterval(duration / .seconds(1))
    }
}
