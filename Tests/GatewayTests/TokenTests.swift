import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vocabulary

@Suite struct TokenTests {
    static var guarded: GatewayConfiguration {
        var configuration = GatewayConfiguration.forTests
        configuration.tokens =
            AccessTokens(commaSeparated: "first, second") + AccessTokens(lines: "# note\nthird\n\n")
        return configuration
    }

    @Test(arguments: ["Bearer first", "Bearer second", "bearer third", "BEARER   first"])
    func letsKnownTokensIn(header: String) async throws {
        try await withGateway(configuration: Self.guarded) { client in
            let response = try await client.post(
                computePath, ProblemTests.onePoint, headers: [.authorization: header])
            #expect(response.status == .ok)
        }
    }

    @Test(arguments: [nil, "", "first", "Basic Zmlyc3Q6", "Bearer", "Bearer "])
    func asksForAToken(header: String?) async throws {
        try await withGateway(configuration: Self.guarded) { client in
            var headers = HTTPFields()
            headers[.authorization] = header
            for path in ["/metrics", "/api/v1/nothing"] {
                let response = try await client.get(path, headers: headers)
                #expect(response.status == .unauthorized)
                #expect(response.headers[.wwwAuthenticate] == "Bearer")
                #expect(try response.json["error"]["code"] == "UNAUTHORIZED")
            }
        }
    }

    @Test(arguments: ["wrong", "firs", "firstt", "first,second", "# note", "fi\u{0}st"])
    func refusesUnknownTokens(token: String) async throws {
        try await withGateway(configuration: Self.guarded) { client in
            let response = try await client.post(
                computePath, ProblemTests.onePoint, headers: [.authorization: "Bearer \(token)"])
            #expect(response.status == .forbidden)
            #expect(try response.json["error"]["code"] == "FORBIDDEN")
        }
    }

    @Test func letsEverybodyAskAfterItsHealth() async throws {
        try await withGateway(configuration: Self.guarded) { client in
            for path in ["/health", "/health/live", "/health/ready"] {
                try await #expect(client.get(path).status == .ok)
                try await #expect(client.get("/api/v1" + path).status == .ok)
            }
        }
    }

    @Test(arguments: ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
    func needsNoTokenOnLoopback(host: String) throws {
        var configuration = GatewayConfiguration.forTests
        configuration.host = host
        try configuration.validate()
    }

    @Test(arguments: ["0.0.0.0", "::", "192.168.1.4", "example.org", "127.0.0.1.example.org", ""])
    func doesNotStartOpenToTheNetwork(host: String) throws {
        var configuration = GatewayConfiguration.forTests
        configuration.host = host
        #expect(throws: GatewayConfigurationError.openToTheNetwork(host: host)) {
            try configuration.validate()
        }
        configuration.tokens = AccessTokens(["secret"])
        try configuration.validate()
    }
}
