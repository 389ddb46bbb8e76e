import Formats
import FoundationEssentials
import JobStore
import Messages
import Testing

/// What every outbox must do.
@Suite struct OutboxTests {
    private func message(_ id: String, key: String = "k") -> Message {
        Message(
            id: id, topic: "t", key: key, headers: [MessageHeader("ce_id", id), MessageHeader("x", "\"ü\n")],
            value: Array(#"{"a":1}"#.utf8))
    }

    private func claim(
        _ store: SQLJobStore, by owner: String = "bridge", limit: Int = 100, lease: Duration = .seconds(60)
    ) async throws -> [OutboxMessage] {
        try await store.claimMessages(owner: owner, limit: limit, lease: lease)
    }

    private func types(_ claimed: [OutboxMessage]) -> [String] {
        claimed.compactMap { $0.message.headers.first { $0.name == "ce_type" }?.value }
    }

    @Test(arguments: StoreKind.allCases) func givesMessagesInTheirOrder(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            try await store.enqueue([message("1"), message("2", key: "l")])
            try await store.enqueue([message("3")])
            let depth = try await store.outboxDepth()
            #expect(depth.count == 3)
            #expect(abs(try #require(depth.oldest).timeIntervalSinceNow) < 60)
            let first = try await claim(store, limit: 2)
            #expect(first.map(\.message) == [message("1"), message("2", key: "l")])
            #expect(try await claim(store).map(\.message.id) == ["3"])
            #expect(try await claim(store).isEmpty)
            try await store.markPublished(first.map(\.sequence))
            #expect(try await store.outboxDepth().count == 1)
        }
    }

    @Test(arguments: StoreKind.allCases) func aClaimThatLapsesIsTakenOver(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            try await store.enqueue([message("1"), message("2")])
            #expect(try await claim(store, by: "dead", limit: 1, lease: .zero).map(\.message.id) == ["1"])
            let both = try await claim(store)
            #expect(both.map(\.message.id) == ["1", "2"])
            try await store.renewClaims(both.map(\.sequence), of: "bridge", lease: .zero)
            #expect(try await claim(store, by: "next").map(\.message.id) == ["1", "2"])
            try await store.releaseClaims(of: "next")
            #expect(try await claim(store).map(\.message.id) == ["1", "2"])
        }
    }

    /// Two bridges never have messages with one key at a time.
    @Test(arguments: StoreKind.allCases) func keepsTheOrderOfAKeyBetweenOwners(_ kind: StoreKind) async throws
    {
        try await kind.withStore { (store) async throws in
            try await store.enqueue([message("1"), message("2"), message("3", key: "l")])
            let first = try await claim(store, by: "a", limit: 1)
            #expect(try await claim(store, by: "b").map(\.message.id) == ["3"])
            try await store.markPublished(first.map(\.sequence))
            #expect(try await claim(store, by: "b").map(\.message.id) == ["2"])
        }
    }

    @Test(arguments: StoreKind.allCases) func dropsWhatNobodyPublishes(_ kind: StoreKind) async throws {
        try await kind.withStore { (store) async throws in
            try await store.enqueue([message("1")])
            #expect(try await store.pruneOutbox(madeBefore: Date(timeIntervalSinceNow: -60)) == 0)
            #expect(try await store.pruneOutbox(madeBefore: Date(timeIntervalSinceNow: 60)) == 1)
            #expect(try await store.outboxDepth() == OutboxDepth(count: 0, oldest: nil))
        }
    }

    // MARK: Jobs

    @Test(arguments: StoreKind.allCases) func tellsTheLifeOfAJob(_ kind: StoreKind) async throws {
        try await kind.withStore(announcingOn: MessageTopics()) { (store) async throws in
            _ = try await store.submit(Sample.job("a"), body: Sample.body, key: nil)
            _ = try await store.claim()
            // A job that is begun again is not announced again.
            _ = try await store.giveBack("a", owner: "me", delay: .zero, .postponed)
            _ = try await store.claim()
            _ = try await store.complete("a", owner: "me", Sample.results)
            // What comes too late changes nothing and tells nothing.
            _ = try await store.complete("a", owner: "me", Sample.results)
            _ = try await store.cancel("a")
            let claimed = try await claim(store)
            #expect(types(claimed) == ["job.submitted", "job.started", "job.completed", "result.generated"])
            #expect(claimed.map(\.message.topic) == ["tda_jobs", "tda_jobs", "tda_jobs", "tda_results"])
            #expect(claimed.allSatisfy { $0.message.key == "a" })
            #expect(Set(claimed.map(\.message.id)).count == 4)
        }
    }

    @Test(arguments: StoreKind.allCases) func tellsOfAJobThatWasComputedInItsRequest(
        _ kind: StoreKind
    ) async throws {
        try await kind.withStore(announcingOn: MessageTopics()) { (store) async throws in
            var job = Sample.job("a")
            job.state = .completed
            _ = try await store.record(job, results: Sample.results, key: nil)
            #expect(
                types(try await claim(store)) == ["job.submitted", "job.completed", "result.generated"])
        }
    }

    @Test(arguments: StoreKind.allCases) func tellsHowJobsEnd(_ kind: StoreKind) async throws {
        try await kind.withStore(announcingOn: MessageTopics()) { (store) async throws in
            var quiet = Sample.job("quiet", at: 9)
            quiet.origin.wantsNotice = false
            for job in [
                Sample.job("failed"), Sample.job("cancelled", at: 1), Sample.job("lost", at: 2), quiet,
            ] {
                _ = try await store.submit(job, body: Sample.body, key: nil)
            }
            _ = try await store.claim()
            _ = try await store.fail("failed", owner: "me", JobFailure(code: "INTERNAL", message: "why"))
            _ = try await store.cancel("cancelled")
            for _ in 0..<3 { _ = try await store.claim(owner: "dead", lease: .zero, maxAttempts: 3) }
            #expect(try await store.claim()?.job.id == "quiet")
            _ = try await store.complete("quiet", owner: "me", Sample.results)
            var told: [String: [String]] = [:]
            for claimed in try await claim(store) {
                told[claimed.message.key, default: []] += types([claimed])
            }
            #expect(
                told == [
                    "failed": ["job.submitted", "job.started", "job.failed"],
                    "cancelled": ["job.submitted", "job.cancelled"],
                    "lost": ["job.submitted", "job.started", "job.failed"],
                    "quiet": ["job.submitted", "job.started"],
                ])
        }
    }

    @Test func writesWhatTheContractSays() async throws {
        try await StoreKind.sqlite.withStore(announcingOn: MessageTopics()) { (store) async throws in
            _ = try await store.submit(Sample.job("a"), body: Sample.body, key: nil)
            _ = try await store.claim()
            _ = try await store.complete("a", owner: "me", Sample.results)
            let claimed = try await claim(store)
            struct Value: Decodable {
                struct Metadata: Decodable {
                    let message_id: String
                    let message_type: String
                    let timestamp: String
                    let source: String
                    let version: String
                    let correlation_id: String
                }
                struct Payload: Decodable {
                    struct Parameters: Decodable { let p: Int? }
                    let job_id: String
                    let algorithm: String?
                    let status: String?
                    let user_id: String?
                    let parameters: Parameters?
                    let result_id: String?
                    let result_type: String?
                    let a: Int?
                }
                let metadata: Metadata
                let payload: Payload
            }
            for (index, claimed) in claimed.enumerated() {
                let message = claimed.message
                let value = try JSONDecoder().decode(Value.self, from: Data(message.value))
                #expect(value.metadata.message_id == message.id)
                #expect(value.metadata.source == "tda-gateway" && value.metadata.version == "1.0")
                #expect(value.metadata.correlation_id == "request")
                let headers = Dictionary(uniqueKeysWithValues: message.headers.map { ($0.name, $0.value) })
                #expect(headers["ce_id"] == message.id && headers["ce_specversion"] == "1.0")
                #expect(headers["ce_type"] == value.metadata.message_type)
                #expect(headers["ce_time"] == value.metadata.timestamp)
                #expect(headers["traceparent"] == "00-trace")
                #expect(value.payload.job_id == "a")
                if index < 3 {
                    #expect(value.payload.status == ["submitted", "running", "completed"][index])
                    #expect(value.payload.user_id == "me" && value.payload.algorithm == "vietoris_rips")
                    #expect(value.payload.parameters?.p == (index == 2 ? 2 : nil))
                } else {
                    #expect(value.payload.result_type == "persistence_diagram")
                    #expect(value.payload.result_id?.isEmpty == false && value.payload.a == 1)
                }
            }
        }
    }
}
