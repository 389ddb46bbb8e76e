import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vocabulary

@Suite struct HealthRouteTests {
    @Test(arguments: ["/health", "/api/v1/health"])
    func tellsThatAllIsWell(path: String) async throws {
        try await withGateway { client in
            let response = try await client.get(path)
            #expect(response.status == .ok)
            let json = try response.json
            #expect(json["status"] == "healthy")
            #expect(json["version"].text != nil)
            #expect(json["components"]["daemon"]["status"] == "up")
        }
    }

    @Test(arguments: ["/health", "/api/v1/health", "/health/ready", "/api/v1/health/ready"])
    func tellsThatTheDaemonIsAway(path: String) async throws {
        try await withGateway(AbsentCompute()) { client in
            let response = try await client.get(path)
            #expect(response.status == .serviceUnavailable)
            let json = try response.json
            #expect(json["status"] == "unhealthy")
            #expect(json["components"]["daemon"]["message"].text == AbsentCompute.failure.message)
        }
    }

    @Test func livesWithoutADaemon() async throws {
        try await withGateway(AbsentCompute()) { client in
            try await #expect(client.get("/api/v1/health/live").status == .ok)
        }
    }

    @Test func countsWhatItDoes() async throws {
        try await withGateway { client in
            _ = try await client.post(computePath, ProblemTests.onePoint)
            _ = try await client.post(computePath, "{}")
            let response = try await client.get("/metrics")
            #expect(response.status == .ok)
            #expect(response.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
            let text = String(buffer: response.body)
            let route = #"method="POST",route="/api/v1/tda/compute/vietoris-rips""#
            #expect(text.contains("tda_http_requests_total{\(route),status=\"200\"} 1\n"))
            #expect(text.contains("tda_http_requests_total{\(route),status=\"400\"} 1\n"))
            #expect(text.contains("tda_computations_total{outcome=\"completed\"} 1\n"))
            #expect(text.contains("tda_daemon_up 1\n"))
            #expect(text.contains("tda_store_errors_total 0\n"))
            #expect(text.contains("tda_http_body_memory_bytes 0\n"))
            #expect(text.contains(#"_bucket{route="/api/v1/tda/compute/vietoris-rips",le="+Inf"} 2"#))
        }
    }
}
