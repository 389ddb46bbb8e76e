import CLibpq
import Glibc

/// A connection to PostgreSQL, with the statements that were prepared over it.
///
/// Every call waits for the server: make them on a thread that may.
///
/// Sendable without a check, as the pool hands each connection to one thread at a time.
final class PostgresConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    /// The names of the prepared statements by their text.
    private var prepared: [String: String] = [:]

    /// - Parameter url: `postgresql://…`, as libpq reads it.
    init(url: String) throws(PostgresError) {
        // What the URL says comes later and weighs more, but for the encoding, which we rely on.
        let settings = [
            ("connect_timeout", "5"), ("fallback_application_name", "tda"), ("dbname", url),
            ("client_encoding", "UTF8"),
        ]
        var names = settings.map { UnsafePointer<CChar>(strdup($0.0)) } + [nil]
        var values = settings.map { UnsafePointer<CChar>(strdup($0.1)) } + [nil]
        defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
        guard let handle = PQconnectdbParams(&names, &values, 1) else { throw .lost("out of memory") }
        self.handle = handle
        guard PQstatus(handle) == CONNECTION_OK else { throw .lost(lastMessage) }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        // A commit that was answered is on the disk, and nothing waits for ever.
        try command(
            """
            SET synchronous_commit = on; SET statement_timeout = '30s';
            SET idle_in_transaction_session_timeout = '60s'
            """)
    }

    deinit { PQfinish(handle) }

    private var lastMessage: String {
        String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Runs statements without parameters.
    func command(_ sql: String) throws(PostgresError) {
        _ = try check(PostgresResult(PQexec(handle, sql)))
    }

    /// Runs a statement whose parameters are `?1`, `?2`, …, prepared when it first comes.
    func run(_ sql: String, _ values: [SQLValue]) throws(PostgresError) -> PostgresResult {
        let name = try prepare(sql)
        let parameters = PostgresParameters(values)
        let answer = parameters.withPointers { pointers, lengths, formats in
            PQexecPrepared(
                handle, name, CInt(values.count), pointers, lengths, formats, PostgresFormat.binary)
        }
        return try check(PostgresResult(answer))
    }

    private func prepare(_ sql: String) throws(PostgresError) -> String {
        if let name = prepared[sql] { return name }
        let name = "s\(prepared.count)"
        _ = try check(PostgresResult(PQprepare(handle, name, Self.withDollars(sql), 0, nil)))
        prepared[sql] = name
        return name
    }

    /// `?1` as PostgreSQL writes it: `$1`.
    private static func withDollars(_ sql: String) -> String {
        String(sql.map { $0 == "?" ? "$" : $0 })
    }

    private func check(_ result: consuming PostgresResult) throws(PostgresError) -> PostgresResult {
        if result.isGood { return result }
        guard PQstatus(handle) == CONNECTION_OK else { throw .lost(lastMessage) }
        throw PostgresError(state: result.sqlState, message: lastMessage)
    }
}

/// How values travel.
enum PostgresFormat {
    static let binary: CInt = 1
}

/// What went wrong with a statement.
enum PostgresError: Error {
    /// There is no connection any more; what was not committed is undone.
    case lost(String)
    /// Another transaction was in the way, or the tables were changed: begin again.
    case again(String)
    case failed(StoreError)

    init(state: String, message: String) {
        switch state {
        // What libpq says itself; then shutting down, crashed, starting.
        case "", "57P01", "57P02", "57P03": self = .lost(message)
        // Serialisation, deadlock.
        case "40001", "40P01": self = .again(message)
        case "53100": self = .failed(.full)
        // Too many connections, out of memory, read-only, a time-out, a lock that is not to be had.
        case "25006", "57014", "55P03": self = .failed(.unavailable(message))
        case _ where state.hasPrefix("08"): self = .lost(message)
        case _ where state.hasPrefix("53") || state.hasPrefix("58"): self = .failed(.unavailable(message))
        default: self = .failed(.broken(message))
        }
    }
}
