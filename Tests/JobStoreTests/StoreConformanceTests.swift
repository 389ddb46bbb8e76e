import FoundationEssentials
import JobStore
import Testing

/// What every store must do.
@Suite struct StoreConformanceTests {
    @Test(arguments: StoreKind.allCases) func givesBackWhatItWasGiven(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            #expect(try await store.submit(Sample.job("a"), body: Sample.body, key: nil) == .created)
            #expect(try await store.job("a") == Sample.job("a"))
            #expect(try await store.job("b") == nil)
            #expect(try await store.results(of: "a") == nil)
        }
    }

    @Test(arguments: StoreKind.allCases) func runsTheOldestFirstAndEachOnce(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            for (id, age) in [("b", 2.0), ("a", 1.0), ("c", 3.0)] {
                _ = try await store.submit(Sample.job(id, at: age), body: Data(id.utf8), key: nil)
            }
            var order: [String] = []
            while let claimed = try await store.claim() {
                #expect(claimed.body == Data(claimed.job.id.utf8))
                #expect(claimed.job.state == .running && claimed.job.attempts == 1)
                order.append(claimed.job.id)
            }
            #expect(order == ["a", "b", "c"])
        }
    }

    @Test(arguments: StoreKind.allCases) func completesOnlyForItsOwner(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            _ = try await store.submit(Sample.job("a"), body: Sample.body, key: nil)
            _ = try await store.claim()
            #expect(try await store.complete("a", owner: "other", Sample.results) == false)
            #expect(try await store.complete("a", owner: "me", Sample.results))
            #expect(try await store.complete("a", owner: "me", Sample.results) == false)
            let job = try await store.job("a")
            #expect(job?.state == .completed && job?.completedAt != nil && job?.parameters == #"{"p":2}"#)
            #expect(try await store.results(of: "a") == Sample.results)
        }
    }

    @Test(arguments: StoreKind.allCases) func aCancelledJobStaysCancelled(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            _ = try await store.submit(Sample.job("a"), body: Sample.body, key: nil)
            _ = try await store.claim()
            guard case .done(let job) = try await store.cancel("a") else {
                Issue.record("not cancelled")
                return
            }
            #expect(job.state == .cancelled)
            #expect(try await store.complete("a", owner: "me", Sample.results) == false)
            #expect(try await store.renewLeases(["a"], of: "me", lease: .seconds(1)).isEmpty)
            guard case .wrongState = try await store.cancel("a") else {
                Issue.record("cancelled twice")
                return
            }
            #expect(try await store.cancel("nobody") == .missing)
            #expect(try await store.claim() == nil)
        }
    }

    @Test(arguments: StoreKind.allCases) func takesOverWhenALeaseRunsOut(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            _ = try await store.submit(Sample.job("a"), body: Sample.body, key: nil)
            _ = try await store.claim(owner: "dead", lease: .zero, maxAttempts: 3)
            let claimed = try #require(try await store.claim())
            #expect(claimed.job.attempts == 2)
            #expect(try await store.complete("a", owner: "dead", Sample.results) == false)
            #expect(try await store.complete("a", owner: "me", Sample.results))
        }
    }

    @Test(arguments: StoreKind.allCases) func givesUpAfterTheLastAttempt(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            _ = try await store.submit(Sample.job("a"), body: Sample.body, key: nil)
            for _ in 0..<3 {
                #expect(try await store.claim(owner: "dead", lease: .zero, maxAttempts: 3) != nil)
            }
            #expect(try await store.claim() == nil)
            let job = try await store.job("a")
            #expect(job?.state == .failed && job?.failure?.code == "INTERNAL")
        }
    }

    /// Of two jobs under which the daemon died nobody can say which one was the reason.
    @Test(arguments: StoreKind.allCases) func suspectsRunAlone(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            for (index, id) in ["a", "b", "c"].enumerated() {
                _ = try await store.submit(Sample.job(id, at: Double(index)), body: Sample.body, key: nil)
            }
            for id in ["a", "b"] { #expect(try await store.claim()?.job.id == id) }
            for id in ["a", "b"] {
                #expect(try await store.giveBack(id, owner: "me", delay: .zero, .lost))
            }
            let suspect = try #require(try await store.claim())
            #expect(suspect.job.id == "a" && suspect.job.attempts == 1)
            #expect(try await store.claim() == nil)
            // Alone it cannot have been another one.
            #expect(try await store.giveBack("a", owner: "me", delay: .zero, .lost))
            #expect(try await store.claim()?.job.attempts == 2)
            #expect(try await store.complete("a", owner: "me", Sample.results))
            #expect(try await store.claim()?.job.id == "b")
            #expect(try await store.claim() == nil)
            #expect(try await store.complete("b", owner: "me", Sample.results))
            #expect(try await store.claim()?.job.id == "c")
        }
    }

    @Test(arguments: StoreKind.allCases) func anAttemptThatWasGivenBackDoesNotCount(_ kind: StoreKind)
        async throws
    {
        try await kind.withStore { (store) async throws in
            _ = try await store.submit(Sample.job("a"), body: Sample.body, key: nil)
            for _ in 0..<5 {
                #expect(try await store.claim()?.job.attempts == 1)
                #expect(try await store.giveBack("a", owner: "me", delay: .zero, .postponed))
            }
            _ = try await store.claim()
            #expect(try await store.giveBack("a", owner: "me", delay: .seconds(60), .postponed))
            #expect(try await store.claim() == nil)
        }
    }

    @Test(arguments: StoreKind.allCases) func knowsItsKeys(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            let key = IdempotencyKey(key: "k", digest: "1")
            #expect(try await store.job(submittedUnder: key) == nil)
            #expect(try await store.submit(Sample.job("a"), body: Sample.body, key: key) == .created)
            #expect(
                try await store.submit(Sample.job("b"), body: Sample.body, key: key)
                    == .existing(Sample.job("a")))
            #expect(try await store.job("b") == nil)
            let other = IdempotencyKey(key: "k", digest: "2")
            #expect(try await store.submit(Sample.job("c"), body: Sample.body, key: other) == .mismatch)
            #expect(try await store.record(Sample.job("d"), results: Sample.results, key: other) == .mismatch)
        }
    }

    @Test(arguments: StoreKind.allCases) func pagesThroughTheList(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            for index in 0..<7 {
                _ = try await store.submit(
                    Sample.job("j\(index)", at: Double(index / 2)), body: Sample.body, key: nil)
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

    @Test(arguments: StoreKind.allCases) func deletesOnlyWhatHasEnded(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            _ = try await store.submit(
                Sample.job("a"), body: Sample.body, key: IdempotencyKey(key: "k", digest: "1"))
            guard case .wrongState = try await store.delete("a") else {
                Issue.record("deleted a waiting job")
                return
            }
            _ = try await store.claim()
            _ = try await store.complete("a", owner: "me", Sample.results)
            #expect(try await store.deleteJobs(endedBefore: Date(timeIntervalSinceNow: -60)) == 0)
            #expect(try await store.deleteJobs(endedBefore: Date(timeIntervalSinceNow: 60)) == 1)
            #expect(try await store.job("a") == nil)
            #expect(try await store.results(of: "a") == nil)
            #expect(try await store.delete("a") == .missing)
        }
    }

    @Test(arguments: StoreKind.allCases) func keepsUploads(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
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
