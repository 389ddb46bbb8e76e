import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vocabulary

/// Equal requests: idempotency keys, the cache, and jobs that were answered at once.
@Suite struct ReuseTests {
    private func keyed(_ key: String) -> HTTPFields { [.init("Idempotency-Key")!: key] }

    @Test func sameKeyAndBodyGiveTheSameJob() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            for body in [ProblemTests.onePoint, JobRouteTests.asJob] {
                let key = keyed("key of \(body.count)")
                let first = try await client.post(computePath, body, headers: key)
                let second = try await client.post(computePath, body, headers: key)
                #expect(try first.json["job_id"] == second.json["job_id"])
                // Though the job has ended meanwhile.
                #expect(first.status == second.status)
                let other = try await client.post(computePath, body + " ", headers: key)
                #expect(other.status.code == 422)
                #expect(try other.json["error"]["code"] == "IDEMPOTENCY_MISMATCH")
            }
        }
    }

    @Test func sameKeyAndBodyOnAnotherRouteAreAnotherRequest() async throws {
        let body = #"{"point_cloud": {"points": [[0, 0]]}}"#
        try await withGateway { client in
            _ = try await client.post(computePath, body, headers: keyed("k"))
            let other = try await client.post(
                "/api/v1/tda/compute/alpha-complex", body, headers: keyed("k"))
            #expect(try other.json["error"]["code"] == "IDEMPOTENCY_MISMATCH")
        }
    }

    @Test func answersEqualRequestsFromTheCache() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let first = try await client.post(computePath, ProblemTests.onePoint).json
            // Another number of threads is the same question.
            let second = try await client.post(
                computePath, #"{"parameters": {"num_threads": 1}, "point_cloud": {"points": [[0.0]]}}"#
            ).json
            #expect(first["results"]["cached"] == false)
            #expect(second["results"]["cached"] == true)
            #expect(first["results"]["persistence_pairs"] == second["results"]["persistence_pairs"])
            #expect(first["job_id"] != second["job_id"])
            let other = try await client.post(
                computePath, #"{"parameters": {"precision": "float64"}, "point_cloud": {"points": [[0]]}}"#)
            #expect(try other.json["results"]["cached"] == false)
        }
        #expect(daemon.requests.count == 2)
    }

    @Test func computesAnewWhereTheCacheIsNotWanted() async throws {
        let daemon = FakeCompute()
        let body = #"{"point_cloud": {"points": [[0]]}, "job_options": {"cache_results": false}}"#
        try await withGateway(daemon) { client in
            for _ in 0..<2 {
                let json = try await client.post(computePath, body).json
                #expect(json["results"]["cached"] == false)
            }
        }
        #expect(daemon.requests.count == 2)
    }

    @Test func keepsTheCacheWithinItsBound() async throws {
        var configuration = GatewayConfiguration.forTests
        configuration.cacheBytes = 3000
        let daemon = FakeCompute()
        try await withGateway(daemon, configuration: configuration) { client in
            for value in [1, 2, 3, 4, 5, 6, 7, 8, 8, 1] {
                _ = try await client.post(computePath, #"{"point_cloud": {"points": [[\#(value)]]}}"#)
            }
        }
        // 8 was still there, 1 was not.
        #expect(daemon.requests.count == 9)
    }

    @Test func findsWhatWasAnsweredAtOnceByItsID() async throws {
        try await withGateway { client in
            let answer = try await client.post(computePath, ProblemTests.onePoint).json
            let id = try #require(answer["job_id"].text)
            let job = try await client.get("/api/v1/jobs/\(id)").json
            #expect(job["status"] == "completed")
            #expect(job["results"]["persistence_pairs"] == answer["results"]["persistence_pairs"])
            try await #expect(client.get("/api/v1/jobs/\(id)/results").status == .ok)
            try await #expect(client.post("/api/v1/jobs/\(id)/cancel", "").status == .conflict)
            try await #expect(client.delete("/api/v1/jobs/\(id)").status == .noContent)
            try await #expect(client.get("/api/v1/jobs/\(id)").status == .notFound)
        }
    }

    /// Where jobs are stored and what was answered at once is not, a list shows both.
    @Test func listsWhatWasAnsweredAtOnceAmongTheJobs() async throws {
        try await withGateway { client in
            var ids: [String] = []
            for body in [
                JobRouteTests.asJob, ProblemTests.onePoint, JobRouteTests.asJob, ProblemTests.onePoint,
            ] {
                ids.append(try #require(try await client.post(computePath, body).json["job_id"].text))
            }
            var (shown, next): ([String], JSONValue) = ([], "")
            while let cursor = next.text {
                let page = try await client.get(
                    "/api/v1/jobs?limit=1" + (cursor.isEmpty ? "" : "&cursor=\(cursor)")
                ).json
                shown.append(try #require(page["jobs"][0]["job_id"].text))
                next = page["next_cursor"]
            }
            #expect(shown == ids.reversed())
            let cancelled = try await client.get("/api/v1/jobs?status=cancelled").json
            #expect(cancelled["jobs"] == .array([]))
        }
    }

    @Test(.timeLimit(.minutes(1))) func forgetsWhatWasAnsweredAtOnceAsItForgetsJobs() async throws {
        var configuration = GatewayConfiguration.forTests
        configuration.jobs.retention = .seconds(1)
        try await withGateway(configuration: configuration) { client in
            for body in [ProblemTests.onePoint, JobRouteTests.asJob] {
                let id = try #require(try await client.post(computePath, body).json["job_id"].text)
                while try await client.get("/api/v1/jobs/\(id)").status == .ok {
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let listed = try await client.get("/api/v1/jobs").json
            #expect(listed["jobs"] == .array([]))
        }
    }
}
