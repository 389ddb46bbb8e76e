import FoundationEssentials
import JobStore
import Settings
import Vocabulary

/// The store whose outbox is published: the gateway's.
enum OutboxLocation {
    /// Opens it, and makes it where the gateway has not done so yet.
    static func open(
        databaseURL: String?, dataDirectory: String?, environment: [String: String]
    ) throws(Failure) -> SQLJobStore {
        let directory = dataDirectory ?? DataDirectory.standard(environment: environment)
        let address: StoreAddress
        if let databaseURL {
            guard let given = StoreAddress(databaseURL: databaseURL) else {
                throw Failure(
                    .invalidArgument, "\(Variable.databaseURL.name): expected \(StoreAddress.expectedURLs)")
            }
            address = given
        } else {
            address = .sqlite(path: directory + "/gateway.sqlite")
            do {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            } catch {
                throw Failure(
                    .unavailable,
                    "\(Variable.dataDirectory.name): the directory \(directory) cannot be made or used")
            }
        }
        do throws(StoreError) {
            return try address.open(announcingOn: nil, runsJobs: false)
        } catch {
            throw Failure(.unavailable, "the store \(address) cannot be opened: \(error)")
        }
    }
}
