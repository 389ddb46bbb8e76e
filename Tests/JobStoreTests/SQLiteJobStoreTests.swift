import FoundationEssentials
import JobStore
import Testing

/// What every store must do; run on SQLite.
@Suite struct SQLiteJobStoreTests {
    static let body = Data("body".utf8)
    static let results = JobResults(json: Data(#"{"a":1}"#.utf8), parameters: #"{"p":2}"#, tag: "t")

    /// Runs `body` on a fresh store.
    private func withStore(_ body: (SQLiteJobStore, String) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/store.sqlite"
        let store = try SQLiteJobStore(path: path)
        try await body(store, path)
        try store.close()
    }

    private func job(_ id: String, at seconds: Double = 0) -> Job {
        Job(
            id: id, algorithm: "vietoris_rips",
            createdAt: Date(timeIntervalSince1970: 1_700_000_000 + seconds), pointCount: 5, dimension: 3,
            fileID: "f", parameters: "{}")
    }

    private func claim(_ store: SQLiteJobStore, by owner: String = "me") async throws -> ClaimedJob? {
        try await store.claim(owner: owner, lease: .seconds(60), maxAttempts: 3)
    }

    @Test func givesBackWhatItWasGiven() async throws {
        try await withStore { (store, _) async throws in
            #expect(try await store.submit(job("a"), body: Self.body, key: nil) == .created)
            #expect(try await store.job("a") == job("a"))
            #expect(try await store.job("b") == nil)
            #expect(try await store.results(of: "a") == nil)
        }
    }

    @Test func runsTheOldestFirstAndEachOnce() async throws {
        try await withStore { (store, _) async throws in
            for (id, age) in [("b", 2.0), ("a", 1.0), ("c", 3.0)] {
                _ = try await store.submit(job(id, at: age), body: Data(id.utf8), key: nil)
            }
            var order: [String] = []
            while let claimed = try await claim(store) {
                #expect(claimed.body == Data(claimed.job.id.utf8))
                #expect(claimed.job.state == .running && claimed.job.attempts == 1)
                order.append(claimed.job.id)
            }
            #expect(order == ["a", "b", "c"])
        }
    }

    @Test func completesOnlyForItsOwner() async throws {
        try await withStore { (store, _) async throws in
            _ = try await store.submit(job("a"), body: Self.body, key: nil)
            _ = try await claim(store)
            #expect(try await store.complete("a", owner: "other", Self.results) == false)
            #expect(try await store.complete("a", owner: "me", Self.results))
            #expect(try await store.complete("a", owner: "me", Self.results) == false)
            let job = try await store.job("a")
            #expect(job?.state == .completed && job?.completedAt != nil && job?.parameters == #"{"p":2}"#)
            #expect(try await store.results(of: "a") == Self.results)
        }
    }

    @Test func aCancelledJobStaysCancelled() async throws {
        try await withStore { (store, _) async throws in
            _ = try await store.submit(job("a"), body: Self.body, key: nil)
            _ = try await claim(store)
            guard case .done(let job) = try await store.cancel("a") else {
                Issue.record("not cancelled")
                return
            }
            #expect(job.state == .cancelled)
            #expect(try await store.complete("a", owner: "me", Self.results) == false)
            #expect(try await store.renewLeases(of: "me", lease: .seconds(1)).isEmpty)
            guard case .wrongState = try await store.cancel("a") else {
                Issue.record("cancelled twice")
                return
            }
            #expect(try await store.cancel("nobody") == .missing)
            #expect(try await claim(store) == nil)
        }
    }

    @Test func takesOverWhenALeaseRunsOut() async throws {
        try await withStore { (store, _) async throws in
            _ = try await store.submit(job("a"), body: Self.body, key: nil)
            _ = try await store.claim(owner: "dead", lease: .zero, maxAttempts: 3)
            let claimed = try #require(try await claim(store))
            #expect(claimed.job.attempts == 2)
            #expect(try await store.complete("a", owner: "dead", Self.results) == false)
            #expect(try await store.complete("a", owner: "me", Self.results))
        }
    }

    @Test func givesUpAfterTheLastAttempt() async throws {
        try await withStore { (store, _) async throws in
            _ = try await store.submit(job("a"), body: Self.body, key: nil)
            for _ in 0..<3 {
                #expect(try await store.claim(owner: "dead", lease: .zero, maxAttempts: 3) != nil)
            }
            #expect(try await claim(store) == nil)
            let job = try await store.job("a")
            #expect(job?.state == .failed && job?.failure?.code == "INTERNAL")
        }
    }

    @Test func anAttemptThatWasGivenBackDoesNotCount() async throws {
        try await withStore { (store, _) async throws in
            _ = try await store.submit(job("a"), body: Self.body, key: nil)
            for _ in 0..<5 {
                #expect(try await claim(store)?.job.attempts == 1)
                #expect(try await store.giveBack("a", owner: "me", delay: .zero))
            }
            _ = try await claim(store)
            #expect(try await store.giveBack("a", owner: "me", delay: .seconds(60)))
            #expect(try await claim(store) == nil)
        }
    }

    @Test func continuesAfterAProcessThatDied() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/store.sqlite"
        do {
            let store = try SQLiteJobStore(path: path)
            _ = try await store.submit(job("a"), body: Self.body, key: nil)
            _ = try await claim(store)
            // While another one is there, its jobs are its own.
            let second = try SQLiteJobStore(path: path)
            #expect(try await claim(second) == nil)
            try second.close()
            try store.close()
        }
        let store = try SQLiteJobStore(path: path)
        #expect(try await claim(store)?.job.id == "a")
        try store.close()
    }

    @Test func knowsItsKeys() async throws {
        try await withStore { (store, _) async throws in
            let key = IdempotencyKey(key: "k", digest: "1")
            #expect(try await store.job(submittedUnder: key) == nil)
            #expect(try await store.submit(job("a"), body: Self.body, key: key) == .created)
            #expect(try await store.submit(job("b"), body: Self.body, key: key) == .existing(job("a")))
            #expect(try await store.job("b") == nil)
            let other = IdempotencyKey(key: "k", digest: "2")
            #expect(try await store.submit(job("c"), body: Self.body, key: other) == .mismatch)
            #expect(try await store.record(job("d"), results: Self.results, key: other) == .mismatch)
        }
    }

    @Test func pagesThroughTheList() async throws {
        try await withStore { (store, _) async throws in
            for index in 0..<7 {
                _ = try await store.submit(job("j\(index)", at: Double(index / 2)), body: Self.body, key: nil)
            }
            var ids: [String] = []
            var cursor: JobCursor?
            repeat {
                let page = try await store.jobs(state: .submitted, limit: 3, after: cursor)
                ids += page.map(\.id)
                cursor = page.last.map { JobCursor(createdAt: $0.createdAt, id: $0.id) }
            } while cursor != nil
            #expect(ids == ["j6", "j5", "j4", "j3", "j2", "j1", "j0"])
            #expect(try await store.jobs(state: .failed, limit: 3, after: nil).isEmpty)
            #expect(try await store.jobCounts() == [.submitted: 7])
        }
    }

    @Test func deletesOnlyWhatHasEnded() async throws {
        try await withStore { (store, _) async throws in
            _ = try await store.submit(job("a"), body: Self.body, key: IdempotencyKey(key: "k", digest: "1"))
            guard case .wrongState = try await store.delete("a") else {
                Issue.record("deleted a waiting job")
                return
            }
            _ = try await claim(store)
            _ = try await store.complete("a", owner: "me", Self.results)
            #expect(try await store.deleteJobs(endedBefore: Date(timeIntervalSinceNow: -60)) == 0)
            #expect(try await store.deleteJobs(endedBefore: Date(timeIntervalSinceNow: 60)) == 1)
            #expect(try await store.job("a") == nil)
            #expect(try await store.results(of: "a") == nil)
            #expect(try await store.delete("a") == .missing)
        }
    }

    @Test func keepsUploads() async throws {
        try await withStore { (store, _) async throws in
            func upload(_ id: String) -> Upload {
                Upload(
                    id: id, name: "../name", description: nil, format: "csv", dimension: 2, pointCount: 9,
                    byteCount: 44, digest: "d", createdAt: Date(timeIntervalSince1970: 1_700_000_000))
            }
            try await store.add(upload("a"))
            try await store.add(upload("b"))
            #expect(try await store.upload("a") == upload("a"))
            #expect(try await store.uploads() == [upload("b"), upload("a")])
            #expect(try await store.deleteUpload("a")?.isShared == true)
            #expect(try await store.deleteUpload("b")?.isShared == false)
            #expect(try await store.upload("b") == nil)
        }
    }
}
