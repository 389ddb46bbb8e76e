public import Messages

/// Where a store is, as `DATABASE_URL` says it.
public enum StoreAddress: Sendable, Hashable, CustomStringConvertible {
    /// The path of a file.
    case sqlite(path: String)
    /// The URL as libpq reads it.
    case postgresql(url: String)

    /// What `init(databaseURL:)` reads, for messages.
    public static let expectedURLs =
        "sqlite:///relative/path, sqlite:////absolute/path or postgresql://user@host/database"

    /// Reads URLs as SQLAlchemy writes them, a driver after a plus sign among them; nil for any other.
    public init?(databaseURL url: String) {
        guard let end = url.firstRange(of: "://") else { return nil }
        let rest = url[end.upperBound...]
        switch url[..<end.lowerBound].prefix(while: { $0 != "+" }) {
        case "sqlite" where rest.hasPrefix("/") && rest.count > 1:
            self = .sqlite(path: String(rest.dropFirst()))
        case "postgresql", "postgres": self = .postgresql(url: "postgresql://\(rest)")
        default: return nil
        }
    }

    /// Without what is secret.
    public var description: String {
        switch self {
        case .sqlite(let path): return path
        case .postgresql(let url):
            let place = url.prefix { $0 != "?" }.split(separator: "@").last ?? ""
            return "postgresql://" + (place.hasPrefix("postgresql://") ? place.dropFirst(13) : place)
        }
    }

    /// Opens the store, makes it if it is not there, and brings its tables up to date.
    ///
    /// - Parameters:
    ///   - topics: where jobs are announced; nil means that they are not.
    ///   - runsJobs: whether this process runs jobs, or only drains the outbox.
    ///   - connections: how many there are to a server at most.
    public func open(
        announcingOn topics: MessageTopics?, runsJobs: Bool, connections: Int = 8
    ) throws(StoreError) -> SQLJobStore {
        let database: any SQLDatabase =
            switch self {
            case .sqlite(let path): try SQLiteDatabase(path: path, runsJobs: runsJobs)
            case .postgresql(let url): try PostgresDatabase(url: url, connections: connections)
            }
        return SQLJobStore(database: database, topics: topics)
    }
}
