import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vocabulary

/// What needs a real connection: limits on bodies, clients that leave.
@Suite struct LiveConnectionTests {
    static var small: GatewayConfiguration {
        var configuration = GatewayConfiguration.forTests
        configuration.maxBodyBytes = 1000
        return configuration
    }

    @Test func refusesAnAnnouncedBodyUnread() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon, configuration: Self.small, .live) { client in
            let port = try #require(client.port)
            // Only the head is ever sent: the answer cannot have waited for the body.
            let answer = try await RawClient.exchange(
                port: port, "POST \(computePath) HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("PAYLOAD_TOO_LARGE"))
            #expect(answer.contains("\"max_bytes\":1000"))
            try await #expect(client.post(computePath, ProblemTests.onePoint).status == .ok)
        }
    }

    @Test func refusesAnUnannouncedBodyOnceItIsTooLong() async throws {
        try await withGateway(FakeCompute(), configuration: Self.small, .live) { client in
            let port = try #require(client.port)
            let chunk = "200\r\n" + String(repeating: " ", count: 512) + "\r\n"
            let answer = try await RawClient.exchange(
                port: port,
                "POST \(computePath) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk
                    + chunk)
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            try await #expect(client.post(computePath, ProblemTests.onePoint).status == .ok)
        }
    }

    @Test func takesABodyOfExactlyTheLimit() async throws {
        try await withGateway(FakeCompute(), configuration: Self.small, .live) { client in
            let padding = String(repeating: " ", count: 1000 - ProblemTests.onePoint.utf8.count)
            try await #expect(client.post(computePath, ProblemTests.onePoint + padding).status == .ok)
            try await #expect(client.post(computePath, ProblemTests.onePoint + padding).status == .ok)
        }
    }

    @Test func asksForABodyThatWaitsToBeAskedFor() async throws {
        try await withGateway(FakeCompute(), configuration: Self.small, .live) { client in
            let port = try #require(client.port)
            let head =
                "POST \(computePath) HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
            let small = try await RawClient.exchange(
                port: port, head + "Content-Length: 34\r\n\r\n", thenAfterFirstAnswer: ProblemTests.onePoint)
            #expect(small.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"))
            let large = try await RawClient.exchange(port: port, head + "Content-Length: 2000\r\n\r\n")
            #expect(large.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func cancelsWhatAClientThatLeavesAskedFor() async throws {
        let (started, hasStarted) = AsyncStream<Void>.makeStream()
        let (cancelled, wasCancelled) = AsyncStream<Void>.makeStream()
        let daemon = FakeCompute(answer: { (_) throws(Failure) in
            hasStarted.yield()
            do { try await Task.sleep(for: .seconds(60)) } catch {
                wasCancelled.yield()
                throw Failure(.cancelled, "cancelled")
            }
            throw Failure(.internal, "nobody cancelled")
        })
        try await withGateway(daemon, .live) { client in
            let port = try #require(client.port)
            try await TestClient.withClient(host: "localhost", port: port) { leaving in
                try await leaving.executeAndDontWaitForResponse(
                    .init(
                        computePath, method: .post, authority: "localhost",
                        body: ByteBuffer(string: ProblemTests.onePoint)))
                for await _ in started { break }
            }
            for await _ in cancelled { break }
            try await #expect(client.get("/health").status == .ok)
        }
    }

    @Test func answersOneRequestAfterTheOtherOnOneConnection() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon, .live) { client in
            for index in 0..<50 {
                let body = #"{"point_cloud": {"points": [[\#(index)]]}}"#
                try await #expect(client.post(computePath, body).status == .ok)
                try await #expect(client.post(computePath, "{}").status == .badRequest)
            }
        }
        #expect(daemon.requests.count == 50)
    }

    /// Short requests are answered in the pipeline, all others behind it.
    @Test func answersRequestsInTheirOrderHoweverTheyAreTaken() async throws {
        @Sendable func post(_ points: String, _ fields: String = "") -> String {
            let body = #"{"point_cloud": {"points": \#(points)}}"#
            return "POST \(computePath)?x=1 HTTP/1.1\r\nHost: x\r\n\(fields)"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        let health = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        let chunked =
            "POST \(computePath) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
        try await withGateway(FakeCompute(), .live) { client in
            let port = try #require(client.port)
            let answer = try await RawClient.exchange(
                port: port,
                post("[[0],[1]]") + health + post("[[0],[1],[2]]") + post("1") + chunked + post("[[0]]")
                    + post("[[0],[1],[2],[3]]", "Connection: close\r\n"))
            let statuses = answer.matches(of: /HTTP\/1.1 (\d+)/).map { String($0.1) }
            #expect(statuses == ["200", "200", "200", "400", "400", "200", "200"])
            let counts = answer.matches(of: /"input_data":\{"num_points":(\d+)/).map { String($0.1) }
            #expect(counts == ["2", "3", "1", "4"])
            #expect(answer.matches(of: /\r\nDate: \w+, \d\d \w+ \d+ [\d:]+ GMT\r\n/).count == 7)
        }
    }

    @Test func closesAfterTheAnswerToAClientOfOldHTTP() async throws {
        try await withGateway(FakeCompute(), .live) { client in
            let port = try #require(client.port)
            // It comes to its end only when the gateway closes.
            let answer = try await RawClient.exchange(port: port, "GET /health HTTP/1.0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test(arguments: ["/api/v1/data/upload", computePath])
    func answersBodiesThatAreNotHTTP(path: String) async throws {
        try await withGateway(FakeCompute(), .live) { client in
            let port = try #require(client.port)
            let answer = try await RawClient.exchange(
                port: port,
                "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\nno length\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            // One answer.
            #expect(answer.matches(of: /VALIDATION_ERROR/).count == 1)
            try await #expect(client.post(computePath, ProblemTests.onePoint).status == .ok)
        }
    }

    @Test func answersRequestsThatAreNotHTTP() async throws {
        try await withGateway(FakeCompute(), .live) { client in
            let port = try #require(client.port)
            let answer = try await RawClient.exchange(port: port, "\u{16}\u{3}\u{1} hello\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            try await #expect(client.post(computePath, ProblemTests.onePoint).status == .ok)
        }
    }
}
