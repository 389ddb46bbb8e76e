import FoundationEssentials
import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vocabulary

@Suite struct JobRouteTests {
    static let asJob = #"{"point_cloud": {"points": [[0], [1]]}, "job_options": {"async": true}}"#

    /// A daemon that keeps computing until it is cancelled.
    static let endless = FakeCompute(answer: { (_) throws(Failure) in
        do { try await Task.sleep(for: .seconds(600)) } catch { throw Failure(.cancelled, "cancelled") }
        throw Failure(.internal, "nobody cancelled")
    })

    /// Submits a job and gives back its id.
    private func submit(
        _ client: any TestClientProtocol, _ body: String = asJob, headers: HTTPFields = [:]
    ) async throws -> String {
        let response = try await client.post(computePath, body, headers: headers)
        #expect(response.status == .accepted)
        return try #require(try response.json["job_id"].text)
    }

    /// Waits until the job's status is `status`; the test's time limit is the deadline.
    private func wait(
        _ client: any TestClientProtocol, for id: String, _ status: JSONValue
    ) async throws -> JSONValue {
        while true {
            let json = try await client.get("/api/v1/jobs/\(id)").json
            if json["status"] == status { return json }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test(.timeLimit(.minutes(1))) func runsAJob() async throws {
        try await withGateway { client in
            let response = try await client.post(computePath, Self.asJob)
            #expect(response.status == .accepted)
            let accepted = try response.json
            let id = try #require(accepted["job_id"].text)
            #expect(accepted["status"] == "submitted")
            #expect(accepted["status_url"].text == "/api/v1/jobs/\(id)")
            #expect(accepted["estimated_completion"].text?.hasSuffix("Z") == true)
            #expect(response.headers[.location] == "/api/v1/jobs/\(id)")
            #expect(response.headers[.retryAfter] != nil)

            let job = try await wait(client, for: id, "completed")
            #expect(job["algorithm"] == "vietoris_rips")
            #expect(job["progress"] == 1)
            #expect(job["started_at"].text != nil && job["completed_at"].text != nil)
            #expect(job["input_data"] == .object(["num_points": 2, "dimension": 1, "file_id": .null]))
            #expect(job["parameters"]["max_edge_length"] == 2.5)
            #expect(job["results"]["persistence_pairs"].count == 2)
            #expect(job["results"]["cached"] == false)
        }
    }

    @Test func becomesAJobWhenItWouldTakeLong() async throws {
        let slow = FakeCompute(estimate: { (_) throws(Failure) in
            ComputeEstimate(seconds: 3, memory: 1, admissible: true, memoryBudget: 1)
        })
        let points = (0..<300).map { "[\($0)]" }.joined(separator: ",")
        try await withGateway(slow) { client in
            let response = try await client.post(computePath, #"{"point_cloud": {"points": [\#(points)]}}"#)
            #expect(response.status == .accepted)
            #expect(response.headers[.retryAfter] == "3")
        }
    }

    /// Who waits shares the daemon's threads with others.
    @Test func becomesAJobWhenItWouldTakeOneThreadLong() async throws {
        let daemon = FakeCompute(estimate: { (request) throws(Failure) in
            ComputeEstimate(
                seconds: request.threads == 1 ? 3 : 1.5, memory: 1, admissible: true, memoryBudget: 1)
        })
        let points = (0..<300).map { "[\($0)]" }.joined(separator: ",")
        let body = #"{"point_cloud": {"points": [\#(points)]}}"#
        try await withGateway(daemon) { client in
            try await #expect(client.post(computePath, body).status == .accepted)
            let estimate = try await client.post("/api/v1/tda/estimate", body).json
            #expect(estimate["mode"] == "async")
            #expect(estimate["estimated_time_ms"] == 1500)
        }
    }

    @Test(arguments: ["respond-async, wait=10", "wait=10, Respond-Async", "respond-async; q=1"])
    func becomesAJobWhenTheClientPrefersSo(preference: String) async throws {
        try await withGateway { client in
            _ = try await submit(client, ProblemTests.onePoint, headers: [.init("Prefer")!: preference])
        }
    }

    @Test func refusesWhatDoesNotFit() async throws {
        let large = FakeCompute(estimate: { (_) throws(Failure) in
            ComputeEstimate(seconds: 3, memory: 9 << 30, admissible: false, memoryBudget: 1 << 30)
        })
        try await withGateway(large) { client in
            let response = try await client.post(computePath, Self.asJob)
            #expect(response.status.code == 422)
            let error = try response.json["error"]
            #expect(error["code"] == "RESOURCE_LIMIT")
            #expect(error["details"] == .object(["estimate": 9_663_676_416, "budget": 1_073_741_824]))
        }
    }

    @Test func acceptsJobsWhileTheDaemonIsAway() async throws {
        try await withGateway(AbsentCompute()) { client in
            let id = try await submit(client)
            let job = try await client.get("/api/v1/jobs/\(id)").json
            #expect(["submitted", "running"].contains(job["status"]))
        }
    }

    @Test(.timeLimit(.minutes(1))) func tellsWhyAJobFailed() async throws {
        let failing = FakeCompute.failing(Failure(.deadlineExceeded, "too late"))
        try await withGateway(failing) { client in
            let job = try await wait(client, for: try await submit(client), "failed")
            #expect(job["error"]["code"] == "DEADLINE_EXCEEDED")
            #expect(job["error"]["message"] == "too late")
            #expect(job["results"] == .null)
        }
    }

    @Test(.timeLimit(.minutes(1))) func givesUpAJobThatKeepsBringingTheDaemonDown() async throws {
        let deadly = FakeCompute.failing(
            Failure(.unavailable, "gone", details: ["connection": "lost"], retryAfter: .milliseconds(1)))
        try await withGateway(deadly) { client in
            let job = try await wait(client, for: try await submit(client), "failed")
            #expect(job["error"]["code"] == "INTERNAL")
            // An estimate, then the attempts.
            #expect(deadly.requests.count == 1 + 3)
        }
    }

    @Test(.timeLimit(.minutes(1))) func cancelsOnceAndForAll() async throws {
        try await withGateway(Self.endless) { client in
            let id = try await submit(client)
            _ = try await wait(client, for: id, "running")
            let removal = try await client.delete("/api/v1/jobs/\(id)")
            #expect(removal.status == .conflict)
            let path = "/api/v1/jobs/\(id)/cancel"
            let response = try await client.post(path, "")
            #expect(response.status == .ok)
            #expect(try response.json == .object(["job_id": .string(id), "status": "cancelled"]))
            let again = try await client.post(path, "")
            #expect(again.status == .conflict)
            #expect(try again.json["error"]["code"] == "CONFLICT")
            #expect(try await wait(client, for: id, "cancelled")["completed_at"].text != nil)
            let results = try await client.get("/api/v1/jobs/\(id)/results")
            #expect(results.status == .conflict)
            try await #expect(client.delete("/api/v1/jobs/\(id)").status == .noContent)
            try await #expect(client.get("/api/v1/jobs/\(id)").status == .notFound)
        }
    }

    @Test func knowsNoOtherJobs() async throws {
        try await withGateway { client in
            for path in ["", "/results", "/events"] {
                let response = try await client.get("/api/v1/jobs/nobody\(path)")
                #expect(response.status == .notFound)
                #expect(try response.json["error"]["code"] == "NOT_FOUND")
            }
            try await #expect(client.post("/api/v1/jobs/nobody/cancel", "").status == .notFound)
            try await #expect(client.delete("/api/v1/jobs/nobody").status == .notFound)
        }
    }

    @Test func listsNewestFirst() async throws {
        try await withGateway(Self.endless) { client in
            var submitted: [String] = []
            for _ in 0..<5 { submitted.append(try await submit(client)) }
            var listed: [String] = []
            var cursor = ""
            repeat {
                let page = try await client.get("/api/v1/jobs?limit=2\(cursor)").json
                guard case .array(let jobs) = page["jobs"] else { break }
                listed += jobs.compactMap { $0["job_id"].text }
                cursor = page["next_cursor"].text.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(listed == submitted.reversed())
            let none = try await client.get("/api/v1/jobs?status=failed").json
            #expect(none["jobs"] == .array([]))
        }
    }

    @Test(arguments: ["limit=0", "limit=x", "limit=1000", "status=asleep", "cursor=7"])
    func refusesBadQueries(query: String) async throws {
        try await withGateway { client in
            let response = try await client.get("/api/v1/jobs?\(query)")
            #expect(response.status == .badRequest)
            #expect(try response.json["error"]["code"] == "VALIDATION_ERROR")
        }
    }

    @Test(.timeLimit(.minutes(1))) func showsResultsInEachFormat() async throws {
        try await withGateway { client in
            let id = try await submit(client)
            _ = try await wait(client, for: id, "completed")
            let path = "/api/v1/jobs/\(id)/results"

            let json = try await client.get(path)
            #expect(json.headers[.contentType] == "application/json")
            #expect(try json.json["betti_numbers"]["beta_0"] == 1)
            let tag = try #require(json.headers[.eTag])
            #expect(tag.hasPrefix("\"") && tag.hasSuffix("\""))
            let unchanged = try await client.get(path, headers: [.ifNoneMatch: "\"x\", \(tag)"])
            #expect(unchanged.status == .notModified)

            let lines = try await client.get(path, headers: [.accept: "application/x-ndjson"])
            #expect(lines.headers[.contentType] == "application/x-ndjson")
            #expect(lines.headers[.eTag] != tag)
            #expect(String(buffer: lines.body).split(separator: "\n").count == 2)

            let arrays = try await client.get(path, headers: [.accept: "text/html, application/x-npz;q=0.5"])
            #expect(arrays.headers[.contentType] == "application/x-npz")
            #expect(Array(arrays.body.readableBytesView.prefix(2)) == Array("PK".utf8))

            let other = try await client.get(path, headers: [.accept: "text/html"])
            #expect(other.status == .notAcceptable)
        }
    }

    @Test(.timeLimit(.minutes(1))) func tellsWatchersOfTheEnd() async throws {
        try await withGateway { client in
            let id = try await submit(client)
            let response = try await client.get("/api/v1/jobs/\(id)/events")
            #expect(response.headers[.contentType] == "text/event-stream")
            let events = String(buffer: response.body).split(separator: "\n\n")
            let last = try #require(events.last)
            #expect(last.contains("event: completed\n") && last.contains(#""progress":1"#))

            let number = try #require(last.firstMatch(of: /id: (\d+)/)?.1)
            let resumed = try await client.get(
                "/api/v1/jobs/\(id)/events", headers: [.init("Last-Event-ID")!: String(number)])
            #expect(resumed.body.readableBytes == 0)
        }
    }
}
