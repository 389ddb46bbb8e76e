import FoundationEssentials
import JobStore
import Messages

/// The databases that a store can be in. What every store must do is tested on each.
enum StoreKind: CaseIterable, Sendable {
    case sqlite
    case postgresql

    /// Those that can be tested on this machine.
    static var allCases: [StoreKind] { PrivatePostgres.isInstalled ? [.sqlite, .postgresql] : [.sqlite] }

    /// Runs `body` on a fresh store.
    ///
    /// - Parameter topics: where jobs are announced.
    func withStore(
        announcingOn topics: MessageTopics? = nil, _ body: (SQLJobStore) async throws -> Void
    ) async throws {
        try await withAddress { address in
            let store = try address.open(announcingOn: topics, runsJobs: true)
            try await body(store)
            try store.close()
        }
    }

    /// Runs `body` with the address of a database that is still empty.
    func withAddress(_ body: (StoreAddress) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await body(.sqlite(path: folder.path + "/store.sqlite"))
        case .postgresql:
            try await body(.postgresql(url: try PrivatePostgres.shared.get().emptyDatabase()))
        }
    }
}

/// Parts of what the tests put into a store.
enum Sample {
    static let body = Data("body".utf8)
    static let results = JobResults(json: Data(#"{"a":1}"#.utf8), parameters: #"{"p":2}"#, tag: "t")

    static func job(_ id: String, at seconds: Double = 0) -> Job {
        Job(
            id: id, algorithm: "vietoris_rips",
            createdAt: Date(timeIntervalSince1970: 1_700_000_000 + seconds), pointCount: 5, dimension: 3,
            fileID: "f", parameters: "{}",
            origin: JobOrigin(correlationID: "request", traceParent: "00-trace", user: "me"))
    }
}

extension SQLJobStore {
    func claim(by owner: String = "me") async throws(StoreError) -> ClaimedJob? {
        try await claim(owner: owner, lease: .seconds(60), maxAttempts: 3)
    }
}
