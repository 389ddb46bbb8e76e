import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOPosix
import Testing

/// Clients that send or read too slowly are dropped, and nobody else notices.
@Suite struct SlowClientTests {
    /// A gateway that is impatient in the ways that `change` says, and in no other.
    static func impatient(_ change: (inout PaceLimits) -> Void) -> GatewayConfiguration {
        var configuration = GatewayConfiguration.forTests
        change(&configuration.pace)
        return configuration
    }

    @Test(arguments: ["", "POST /api/v1/tda/est", "GET /health HTTP/1.1\r\nHost: x\r\n"])
    func closesOnHeadsThatDoNotCome(sent: String) async throws {
        try await withGateway(configuration: Self.impatient { $0.head = .milliseconds(200) }, .live) {
            client in
            let port = try #require(client.port)
            try await #expect(RawClient.exchange(port: port, sent) == "")
        }
    }

    @Test func closesOnConnectionsThatAreLeftOpen() async throws {
        let impatient = Self.impatient { $0.keepAlive = .milliseconds(400) }
        try await withGateway(configuration: impatient, .live) { client in
            let port = try #require(client.port)
            let answer = try await RawClient.exchange(port: port, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func refusesBodiesThatDripIn() async throws {
        let impatient = Self.impatient { $0.bodyGrace = .milliseconds(200) }
        try await withGateway(configuration: impatient, .live) { client in
            let port = try #require(client.port)
            let answer = try await RawClient.exchange(
                port: port, "POST \(computePath) HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains("REQUEST_TIMEOUT"))
            try await #expect(client.post(computePath, ProblemTests.onePoint).status == .ok)
        }
    }

    @Test func waitsForComputationsAsLongAsTheyTake() async throws {
        let daemon = FakeCompute(answer: { request in
            try? await Task.sleep(for: .milliseconds(900))
            return .onePoint(request)
        })
        let impatient = Self.impatient { pace in
            pace.keepAlive = .milliseconds(400)
            pace.bodyGrace = .milliseconds(400)
        }
        try await withGateway(daemon, configuration: impatient, .live) { client in
            try await #expect(client.post(computePath, ProblemTests.onePoint).status == .ok)
        }
    }

    @Test func turnsBodiesAwayThatTogetherAreTooMuch() async throws {
        var configuration = GatewayConfiguration.forTests
        configuration.maxBodyBytes = 1000
        configuration.bodyMemory = 1000
        let (held, isHeld) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let daemon = FakeCompute(answer: { request in
            isHeld.yield()
            for await _ in released { break }
            return .onePoint(request)
        })
        try await withGateway(daemon, configuration: configuration, .live) { client in
            let port = try #require(client.port)
            let large = ProblemTests.onePoint + String(repeating: " ", count: 800)
            let request =
                "POST \(computePath) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Length: \(large.utf8.count)\r\n\r\n\(large)"
            async let first = RawClient.exchange(port: port, request)
            for await _ in held { break }
            let second = try await RawClient.exchange(port: port, request)
            #expect(second.hasPrefix("HTTP/1.1 429 "))
            #expect(second.contains("Retry-After: 1\r\n"))
            #expect(second.contains("OVERLOADED"))
            release.yield()
            try await #expect(first.hasPrefix("HTTP/1.1 200 "))
            try await #expect(client.post(computePath, large).status == .ok)
        }
    }

    @Test func explainsHeadsThatAreTooLong() async throws {
        try await withGateway(FakeCompute(), .live) { client in
            let port = try #require(client.port)
            let long = String(repeating: "x", count: 40_000)
            let answer = try await RawClient.exchange(
                port: port, "GET /health HTTP/1.1\r\nHost: x\r\nX-Long: \(long)\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 431 "))
            #expect(answer.contains("application/problem+json"))
        }
    }
}
