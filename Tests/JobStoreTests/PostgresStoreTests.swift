import FoundationEssentials
import JobStore
import Testing

/// What only a store on a server does.
@Suite(.enabled(if: PrivatePostgres.isInstalled, "apt-get install postgresql"))
struct PostgresStoreTests {
    private func withDatabase(
        _ body: (SQLJobStore, (String) throws -> Void) async throws -> Void
    ) async throws {
        let server = try PrivatePostgres.shared.get()
        let url = try server.emptyDatabase()
        let store = try StoreAddress.postgresql(url: url).open(announcingOn: nil, runsJobs: true)
        try await body(store) { sql in try server.run(sql, in: url) }
        try store.close()
    }

    @Test func showsJobsOfOutsidePrograms() async throws {
        try await withDatabase { (store, run) async throws in
            try run(
                """
                INSERT INTO jobs (job_id, algorithm, status, created_at)
                VALUES ('theirs', 'vietoris_rips', 'submitted', NOW())
                """)
            let job = try #require(try await store.job("theirs"))
            #expect(job.state == .submitted && abs(job.createdAt.timeIntervalSinceNow) < 60)
            // There is nothing that it could be run from.
            #expect(try await store.claim() == nil)
        }
    }

    @Test func worksOnAfterItWasEmptied() async throws {
        try await withDatabase { (store, run) async throws in
            _ = try await store.submit(
                Sample.job("a"), body: Sample.body, key: IdempotencyKey(key: "k", digest: "1"))
            _ = try await store.claim()
            try run("TRUNCATE TABLE jobs, results, files CASCADE")
            #expect(try await store.complete("a", owner: "me", Sample.results) == false)
            #expect(try await store.job(submittedUnder: IdempotencyKey(key: "k", digest: "1")) == nil)
            #expect(try await store.submit(Sample.job("a"), body: Sample.body, key: nil) == .created)
            #expect(try await store.claim()?.job.id == "a")
        }
    }

    /// The connections are closed under it, as when the server restarts.
    @Test func connectsAgain() async throws {
        try await withDatabase { (store, run) async throws in
            for round in 0..<5 {
                try run(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name = 'tda' AND datname = current_database()
                    """)
                _ = try await store.submit(Sample.job("\(round)"), body: Sample.body, key: nil)
            }
            #expect(try await store.jobCounts() == [.submitted: 5])
        }
    }

    @Test func twoGatewaysNeverRunOneJobTwice() async throws {
        let url = try PrivatePostgres.shared.get().emptyDatabase()
        let stores = try (0..<2).map { _ in
            try StoreAddress.postgresql(url: url).open(announcingOn: nil, runsJobs: true)
        }
        for index in 0..<60 {
            _ = try await stores[0].submit(
                Sample.job("\(index)", at: Double(index)), body: Sample.body, key: nil)
        }
        let claimed = try await withThrowingTaskGroup(of: [String].self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var ids: [String] = []
                    while let next = try await stores[worker % 2].claim(by: "\(worker)") {
                        ids.append(next.job.id)
                    }
                    return ids
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.count == 60 && Set(claimed).count == 60)
        for store in stores { try store.close() }
    }

    @Test func refusesTablesOfALaterVersion() async throws {
        let server = try PrivatePostgres.shared.get()
        let url = try server.emptyDatabase()
        try StoreAddress.postgresql(url: url).open(announcingOn: nil, runsJobs: true).close()
        try server.run("INSERT INTO tda_migrations (version) VALUES (999)", in: url)
        #expect(throws: StoreError.newer(found: "999")) {
            try StoreAddress.postgresql(url: url).open(announcingOn: nil, runsJobs: true)
        }
    }

    @Test func saysWhenTheServerIsNotThere() {
        #expect(throws: StoreError.self) {
            try StoreAddress.postgresql(url: "postgresql://nobody@/none?host=/nowhere")
                .open(announcingOn: nil, runsJobs: true)
        }
    }

    @Test func isAskedForAnyText() async throws {
        try await withDatabase { (store, _) async throws in
            #expect(try await store.job("\0") == nil)
        }
    }

    @Test func keepsSecretsOutOfItsName() {
        let address = StoreAddress(databaseURL: "postgresql+psycopg://me:secret@host:5/db?password=secret")
        #expect(address?.description == "postgresql://host:5/db")
    }
}
