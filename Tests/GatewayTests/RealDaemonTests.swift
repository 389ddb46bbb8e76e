import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import TDAClient
import Testing
import Vocabulary

/// HTTP, socket, engine and back.
@Suite struct RealDaemonTests {
    static let square = #"{"point_cloud": {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]}}"#

    /// Runs `body` with the path of a socket in a folder of its own.
    private func withSocket(_ body: (String) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await body(folder.path + "/tda.sock")
    }

    @Test(.timeLimit(.minutes(1))) func findsTheHoleInASquare() async throws {
        try await withSocket { socket in
            let link = DaemonLink(socket: socket, name: "test")
            try await RealDaemon.with(socket: socket) {
                try await withGateway(link) { client in
                    try await #expect(client.get("/health").status == .ok)
                    let response = try await client.post(computePath, Self.square)
                    #expect(response.status == .ok)
                    let json = try response.json
                    #expect(json["results"]["betti_numbers"] == .object(["beta_0": 1, "beta_1": 0]))
                    #expect(json["results"]["persistence_pairs"].count == 5)
                    let hole = json["results"]["persistence_pairs"][4]
                    #expect(hole["dimension"] == 1 && hole["birth"] == 1 && hole["death"] == 1.4142135)
                    #expect(json["results"]["statistics"]["num_edges"] == 6)
                }
                await link.close()
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func findsTheDaemonAgainAfterItsRestart() async throws {
        try await withSocket { socket in
            let link = DaemonLink(socket: socket, name: "test")
            // No cache: each request has to reach the daemon.
            let body = Self.square.dropLast() + #", "job_options": {"cache_results": false}}"#
            try await withGateway(link) { client in
                try await #expect(client.post(computePath, String(body)).status == .serviceUnavailable)
                for _ in 0..<2 {
                    try await RealDaemon.with(socket: socket) {
                        try await #expect(client.post(computePath, String(body)).status == .ok)
                    }
                    let away = try await client.post(computePath, String(body))
                    #expect(away.status == .serviceUnavailable)
                    #expect(away.headers[.retryAfter] != nil)
                }
            }
            await link.close()
        }
    }

    @Test(.timeLimit(.minutes(1))) func refusesWhatTheDaemonsBudgetDoesNotHold() async throws {
        let points = (0..<3000).map { "[\($0), \($0 % 7)]" }.joined(separator: ",")
        try await withSocket { socket in
            let link = DaemonLink(socket: socket, name: "test")
            try await RealDaemon.with(socket: socket, memory: 1 << 20) {
                try await withGateway(link) { client in
                    let response = try await client.post(
                        computePath, #"{"point_cloud": {"points": [\#(points)]}}"#)
                    #expect(response.status.code == 422)
                    let error = try response.json["error"]
                    #expect(error["code"] == "RESOURCE_LIMIT")
                    #expect(error["details"].keys.isSuperset(of: ["estimate", "budget"]))
                    try await #expect(client.post(computePath, Self.square).status == .ok)
                }
                await link.close()
            }
        }
    }
}
