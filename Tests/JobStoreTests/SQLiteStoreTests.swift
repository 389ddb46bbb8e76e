import FoundationEssentials
import JobStore
import Testing

/// What only a store in a file does.
@Suite struct SQLiteStoreTests {
    @Test func continuesAfterAProcessThatDied() async throws {
        try await StoreKind.sqlite.withAddress { (address) async throws in
            do {
                let store = try address.open(announcingOn: nil, runsJobs: true)
                _ = try await store.submit(Sample.job("a"), body: Sample.body, key: nil)
                _ = try await store.claim()
                // While another one is there, its jobs are its own.
                let second = try address.open(announcingOn: nil, runsJobs: true)
                #expect(try await second.claim() == nil)
                try second.close()
                try store.close()
            }
            // A bridge does not count as one that runs jobs.
            let bridge = try address.open(announcingOn: nil, runsJobs: false)
            let store = try address.open(announcingOn: nil, runsJobs: true)
            #expect(try await store.claim()?.job.id == "a")
            try store.close()
            try bridge.close()
        }
    }

    @Test func manyMayOpenItAtOnce() async throws {
        try await StoreKind.sqlite.withAddress { (address) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try address.open(announcingOn: nil, runsJobs: true).close()
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func oneWriteThatFailsDoesNotUndoOthers() async throws {
        try await StoreKind.sqlite.withStore { (store) async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<60 {
                    group.addTask {
                        // Every third id is there already.
                        let id = index % 3 == 2 ? "twice" : "\(index)"
                        do {
                            _ = try await store.submit(Sample.job(id), body: Sample.body, key: nil)
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                var stored = 0
                for try await succeeded in group where succeeded { stored += 1 }
                #expect(stored == 41)
            }
            #expect(try await store.jobCounts() == [.submitted: 41])
        }
    }

    @Test func readsAddresses() {
        #expect(StoreAddress(databaseURL: "sqlite:///a/b.db") == .sqlite(path: "a/b.db"))
        #expect(StoreAddress(databaseURL: "sqlite:////a/b.db") == .sqlite(path: "/a/b.db"))
        #expect(StoreAddress(databaseURL: "sqlite:///") == nil)
        #expect(StoreAddress(databaseURL: "mysql://host/db") == nil)
    }
}
