import FoundationEssentials

/// A transaction over one connection.
final class PostgresSession: SQLSession {
    private let connection: PostgresConnection
    private var time: Date?

    init(_ connection: PostgresConnection) { self.connection = connection }

    private static let sharedDialect = SQLDialect(
        forUpdate: "FOR UPDATE SKIP LOCKED",
        elements: { parameter, type in
            let cast = type == .integers ? "::bigint" : ""
            return "SELECT jsonb_array_elements_text(\(parameter)::text::jsonb)\(cast)"
        },
        outboxLock: "SELECT 1 FROM (SELECT pg_advisory_xact_lock(\(PostgresLock.outbox))) AS locked")

    var dialect: SQLDialect { Self.sharedDialect }

    func now() throws -> Date {
        if let time { return time }
        guard let row = try row("SELECT now()") else { throw StoreError.broken("the database has no time") }
        let now = try row.moment(0)
        time = now
        return now
    }

    func rows(_ sql: String, _ values: [SQLValue]) throws -> [SQLRow] {
        try connection.run(sql, values).rows()
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int {
        try connection.run(sql, values).changedRows
    }
}

/// The numbers of the locks by which processes wait for each other.
enum PostgresLock {
    static let migrations = 0x7464_6101
    static let outbox = 0x7464_6102
}
