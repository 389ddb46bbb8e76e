import CLibpq
import Foundation
import Synchronization

/// A PostgreSQL server for these tests alone, started when it is first needed; it ends with the process.
final class PrivatePostgres: Sendable {
    /// Where there is a server to start; what is to be tested on it is skipped elsewhere.
    static let isInstalled = !Glob.paths("/usr/lib/postgresql/*/bin/initdb").isEmpty

    static let shared = Result { try PrivatePostgres() }

    private let url: String
    private let lifeline = Pipe()
    private let databases = Atomic(0)

    private init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "pg-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        url = "postgresql://postgres@/%?host=\(folder.path)"
        let server = Process()
        server.executableURL =
            URL(filePath: #filePath).appending(path: "../../../../scripts/private-postgres")
            .standardizedFileURL
        server.arguments = [folder.path]
        // The server ends when this end of its input is closed, which the end of these tests does.
        server.standardInput = lifeline
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.run()
        while PQping(url(of: "postgres")) != PQPING_OK {
            guard server.isRunning else { throw StartFailed(status: server.terminationStatus) }
            usleep(20_000)
        }
    }

    struct StartFailed: Error { let status: Int32 }

    private func url(of database: String) -> String { url.replacing("%", with: database) }

    /// The URL of a database of a test's own.
    func emptyDatabase() throws -> String {
        let name = "test\(databases.add(1, ordering: .relaxed).newValue)"
        try run("CREATE DATABASE \(name)", in: url(of: "postgres"))
        return url(of: name)
    }

    /// Runs SQL as an outside program would.
    func run(_ sql: String, in url: String) throws {
        let connection = PQconnectdb(url)
        defer { PQfinish(connection) }
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            throw Refused(message: String(cString: PQerrorMessage(connection)))
        }
    }

    struct Refused: Error { let message: String }
}

/// The shell's patterns for paths.
enum Glob {
    static func paths(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
    }
}
