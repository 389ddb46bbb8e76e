import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SeededRandom
import Testing
import Vocabulary

/// The rows of the contract's error table that are not about the body.
@Suite struct ProblemTests {
    static let onePoint = #"{"point_cloud": {"points": [[0]]}}"#

    @Test func looksAsRFC9457Says() async throws {
        try await withGateway { client in
            let response = try await client.post(
                computePath, "{}", headers: [.init("X-Request-Id")!: "req-7"])
            #expect(response.status == .badRequest)
            #expect(response.headers[.contentType] == "application/problem+json")
            #expect(response.headers[.init("X-Request-Id")!] == "req-7")
            let json = try response.json
            #expect(json["type"] == "about:blank")
            #expect(json["title"] == "Bad Request")
            #expect(json["status"] == 400)
            #expect(json["detail"] == json["error"]["message"])
            #expect(json["error"].keys == ["code", "message", "details"])
            #expect(json["request_id"] == "req-7")
        }
    }

    @Test(arguments: ["", "with blank", String(repeating: "x", count: 129), "ümlaut"])
    func makesARequestIDWhereNoneCanBeEchoed(given: String) async throws {
        try await withGateway { client in
            let response = try await client.get("/health", headers: [.init("X-Request-Id")!: given])
            let id = try #require(response.headers[.init("X-Request-Id")!])
            #expect(id != given && id.count == 36)
        }
    }

    struct Translation: CustomTestStringConvertible {
        let failure: Failure
        let status: Int
        let code: JSONValue
        var retryAfter: String?
        var testDescription: String { failure.code.rawValue }
    }

    @Test(arguments: [
        Translation(failure: Failure(.invalidArgument, "bad"), status: 400, code: "VALIDATION_ERROR"),
        Translation(failure: Failure(.unsupported, "not here"), status: 400, code: "VALIDATION_ERROR"),
        Translation(
            failure: Failure(.overloaded, "busy", retryAfter: .milliseconds(2100)), status: 429,
            code: "OVERLOADED", retryAfter: "3"),
        Translation(failure: Failure(.overloaded, "busy"), status: 429, code: "OVERLOADED", retryAfter: "1"),
        Translation(failure: AbsentCompute.failure, status: 503, code: "UNAVAILABLE", retryAfter: "3"),
        Translation(
            failure: Failure(.cancelled, "by hand"), status: 503, code: "UNAVAILABLE", retryAfter: "1"),
        Translation(failure: Failure(.deadlineExceeded, "late"), status: 504, code: "DEADLINE_EXCEEDED"),
    ])
    func translatesTheDaemonsFailures(_ expected: Translation) async throws {
        try await withGateway(FakeCompute.failing(expected.failure)) { client in
            let response = try await client.post(computePath, Self.onePoint)
            #expect(response.status.code == expected.status)
            #expect(response.headers[.retryAfter] == expected.retryAfter)
            let json = try response.json
            #expect(json["error"]["code"] == expected.code)
            #expect(json["error"]["message"].text == expected.failure.message)
        }
    }

    @Test func saysEstimateAndBudgetWhenMemoryIsShort() async throws {
        let failure = Failure(
            .resourceExhausted, "needs 9 GB", details: ["estimate": "9000000000", "budget": "1000000000"])
        try await withGateway(FakeCompute.failing(failure)) { client in
            let response = try await client.post(computePath, Self.onePoint)
            #expect(response.status.code == 422)
            let error = try response.json["error"]
            #expect(error["code"] == "RESOURCE_LIMIT")
            #expect(error["details"] == .object(["estimate": 9_000_000_000, "budget": 1_000_000_000]))
        }
    }

    @Test func keepsInternalsInside() async throws {
        let failure = Failure(.internal, "index 7 at Reduction.swift:42", details: ["stack": "deep"])
        try await withGateway(FakeCompute.failing(failure)) { client in
            let response = try await client.post(computePath, Self.onePoint)
            #expect(response.status.code == 500)
            let json = try response.json
            #expect(json["error"]["code"] == "INTERNAL")
            #expect(json["request_id"].text?.isEmpty == false)
            #expect(!String(buffer: response.body).contains("Reduction"))
            #expect(!String(buffer: response.body).contains("deep"))
        }
    }

    @Test func knowsWhatIsNotThere() async throws {
        try await withGateway { client in
            for path in ["/", "/api/v1", "/api/v1/nothing", "/api/v2/health", "/..", "/%00"] {
                let response = try await client.get(path)
                #expect(response.status.code == 404, "\(path)")
                #expect(try response.json["error"]["code"] == "NOT_FOUND", "\(path)")
            }
        }
    }

    @Test func saysWhenTheDaemonIsAway() async throws {
        try await withGateway(AbsentCompute()) { client in
            for path in [computePath, "/api/v1/tda/estimate"] {
                let response = try await client.post(path, Self.onePoint)
                #expect(response.status.code == 503)
                #expect(response.headers[.retryAfter] == "3")
                #expect(try response.json["error"]["code"] == "UNAVAILABLE")
            }
        }
    }

    /// After whatever a client sent, the next good request is answered right.
    @Test func survivesRubbish() async throws {
        var random = SplitMix64(seed: 20_26)
        let good = Array(
            #"{"point_cloud": {"points": [[0.5, 1e-3], [1, 2]], "dimension": 2}, "parameters": {"metric": "euclidean"}}"#
                .utf8)
        var bodies: [[UInt8]] = (0..<good.count).map { Array(good[..<$0]) }
        for _ in 0..<500 {
            var body = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                body[Int.random(in: 0..<body.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bodies.append(body)
            bodies.append(
                (0..<Int.random(in: 0...64, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            )
        }
        let rubbish = bodies
        try await withGateway { client in
            for body in rubbish {
                let response = try await client.execute(
                    uri: computePath, method: .post, body: .init(bytes: body))
                #expect([200, 400].contains(response.status.code))
            }
            let response = try await client.execute(uri: computePath, method: .post, body: .init(bytes: good))
            #expect(response.status == .ok)
        }
    }
}
