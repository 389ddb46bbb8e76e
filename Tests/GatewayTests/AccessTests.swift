import Gateway
import HTTPTypes
import HummingbirdTesting
import Testing

/// Who may ask, from where, and how often; tokens themselves are in `TokenTests`.
@Suite struct AccessTests {
    static let origin = HTTPField.Name.origin

    private func allowing(_ origins: Set<String>) -> GatewayConfiguration {
        var configuration = TokenTests.guarded
        configuration.allowedOrigins = origins
        return configuration
    }

    @Test func letsPagesOfKnownSitesAskFirst() async throws {
        try await withGateway(configuration: allowing(["https://one.example", "https://two.example"])) {
            client in
            // Browsers send no token with it.
            let response = try await client.execute(
                uri: computePath, method: .options,
                headers: [.origin: "https://two.example", .accessControlRequestMethod: "POST"])
            #expect(response.status == .noContent)
            #expect(response.headers[.accessControlAllowOrigin] == "https://two.example")
            #expect(response.headers[.accessControlAllowMethods]?.contains("POST") == true)
            #expect(response.headers[.accessControlAllowHeaders]?.contains("Authorization") == true)
            #expect(response.headers[.vary] == "Origin")
        }
    }

    @Test func showsAnswersToPagesOfKnownSites() async throws {
        try await withGateway(configuration: allowing(["https://one.example"])) { client in
            let known = try await client.get("/health", headers: [.origin: "https://one.example"])
            #expect(known.headers[.accessControlAllowOrigin] == "https://one.example")
            #expect(known.headers[.accessControlExposeHeaders]?.contains("X-Request-Id") == true)
            let unknown = try await client.get("/health", headers: [.origin: "https://evil.example"])
            #expect(unknown.headers[.accessControlAllowOrigin] == nil)
            // What went wrong may be read too.
            let failed = try await client.get("/metrics", headers: [.origin: "https://one.example"])
            #expect(failed.status == .unauthorized)
            #expect(failed.headers[.accessControlAllowOrigin] == "https://one.example")
        }
        try await withGateway(configuration: allowing(["*"])) { client in
            let any = try await client.get("/health", headers: [.origin: "https://evil.example"])
            #expect(any.headers[.accessControlAllowOrigin] == "*")
        }
        try await withGateway { client in
            let response = try await client.get("/health", headers: [.origin: "https://one.example"])
            #expect(response.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test func limitsHowOftenATokenIsUsed() async throws {
        var configuration = TokenTests.guarded
        configuration.rateLimits = RateLimits(perSecond: 0.01, burst: 3)
        try await withGateway(configuration: configuration) { client in
            let first: HTTPFields = [.authorization: "Bearer first"]
            for _ in 0..<3 { try await #expect(client.get("/metrics", headers: first).status == .ok) }
            let response = try await client.get("/metrics", headers: first)
            #expect(response.status == .tooManyRequests)
            #expect(try response.json["error"]["code"] == "OVERLOADED")
            let wait = try #require(response.headers[.retryAfter].flatMap { Int($0) })
            #expect((90...100).contains(wait))
            try await #expect(
                client.get("/metrics", headers: [.authorization: "Bearer second"]).status == .ok)
            try await #expect(client.get("/health", headers: first).status == .ok)
        }
    }

    @Test func takesNewTokensWhileItRuns() {
        let keeper = TokenKeeper(AccessTokens(["old"]))
        #expect(keeper.replace(with: AccessTokens(["new", "newer"]), nil))
        #expect(keeper.current.plain.count == 2)
        // That would open it to everybody.
        #expect(!keeper.replace(with: .none, nil))
        #expect(keeper.current.plain.count == 2)
        #expect(!TokenKeeper(.none).replace(with: AccessTokens(["first"]), nil))
    }
}
