import FoundationEssentials
import JobStore
import Messages
import Settings
import Vocabulary

/// Where the store and the uploads lie.
struct StoreLocation {
    let dataDirectory: String
    let address: StoreAddress

    /// - Parameters:
    ///   - databaseURL: as in `DATABASE_URL`; a file in the data directory by default.
    ///   - dataDirectory: `/var/lib/tda` by default, or the user's own where that is not writable.
    init(
        databaseURL: String?, dataDirectory: String?, environment: [String: String]
    ) throws(Failure) {
        self.dataDirectory = dataDirectory ?? DataDirectory.standard(environment: environment)
        guard let databaseURL else {
            address = .sqlite(path: self.dataDirectory + "/gateway.sqlite")
            return
        }
        guard let address = StoreAddress(databaseURL: databaseURL) else {
            throw Failure(
                .invalidArgument, "\(Variable.databaseURL.name): expected \(StoreAddress.expectedURLs)")
        }
        self.address = address
    }

    /// Opens the store, and makes the directories it needs.
    ///
    /// - Parameter topics: where jobs are announced; nil means that they are not.
    func open(announcingOn topics: MessageTopics?) throws(Failure) -> SQLJobStore {
        var directories = [dataDirectory]
        if case .sqlite(let path) = address, let slash = path.lastIndex(of: "/") {
            directories.append(String(path[..<slash]))
        }
        do {
            for directory in directories where !directory.isEmpty {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true)
            }
        } catch {
            throw Failure(
                .unavailable,
                "\(Variable.dataDirectory.name): the directory \(dataDirectory) cannot be made or used")
        }
        do {
            return try address.open(announcingOn: topics, runsJobs: true)
        } catch {
            throw Failure(.unavailable, "the store \(address) cannot be opened: \(error)")
        }
    }
}
