import FoundationEssentials
import Glibc
import JobStore
import Settings
import Vocabulary

/// Where the store and the uploads lie.
struct StoreLocation {
    let dataDirectory: String
    let databasePath: String

    /// - Parameters:
    ///   - databaseURL: `sqlite:///relative/path` or `sqlite:////absolute/path`; a file in the data
    ///     directory by default.
    ///   - dataDirectory: `/var/lib/tda` by default, or the user's own where that is not writable.
    init(
        databaseURL: String?, dataDirectory: String?, environment: [String: String]
    ) throws(Failure) {
        self.dataDirectory = dataDirectory ?? Self.defaultDirectory(environment)
        guard let databaseURL else {
            databasePath = self.dataDirectory + "/gateway.sqlite"
            return
        }
        let prefix = "sqlite:///"
        guard databaseURL.hasPrefix(prefix), databaseURL.count > prefix.count else {
            throw Failure(
                .invalidArgument,
                "\(Variable.databaseURL.name): expected sqlite:///relative/path or sqlite:////absolute/path")
        }
        databasePath = String(databaseURL.dropFirst(prefix.count))
    }

    private static func defaultDirectory(_ environment: [String: String]) -> String {
        let system = "/var/lib/tda"
        if access(system, W_OK) == 0 || access("/var/lib", W_OK) == 0 { return system }
        if let home = environment["XDG_DATA_HOME"], !home.isEmpty { return home + "/tda" }
        return (environment["HOME"] ?? ".") + "/.local/share/tda"
    }

    /// Opens the store, and makes the directories it needs.
    func open() throws(Failure) -> SQLiteJobStore {
        let parent = databasePath.lastIndex(of: "/").map { String(databasePath[..<$0]) } ?? ""
        do {
            for directory in [dataDirectory, parent] where !directory.isEmpty {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true)
            }
        } catch {
            throw Failure(
                .unavailable,
                "\(Variable.dataDirectory.name): the directory \(dataDirectory) cannot be made or used")
        }
        do {
            return try SQLiteJobStore(path: databasePath)
        } catch {
            throw Failure(.unavailable, "the store \(databasePath) cannot be opened: \(error)")
        }
    }
}
