import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// Paths that are there, asked in a way that they are not.
@Suite struct MethodTests {
    struct Refused: CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        let allowed: String
        var testDescription: String { "\(method) \(path)" }
    }

    @Test(arguments: [
        Refused(method: .get, path: computePath, allowed: "OPTIONS, POST"),
        Refused(method: .put, path: computePath, allowed: "OPTIONS, POST"),
        Refused(method: .post, path: "/api/v1/jobs", allowed: "GET, HEAD, OPTIONS"),
        Refused(method: .patch, path: "/api/v1/jobs/7", allowed: "DELETE, GET, HEAD, OPTIONS"),
        Refused(method: .get, path: "/api/v1/jobs/7/cancel", allowed: "OPTIONS, POST"),
        Refused(method: .delete, path: "/api/v1/data", allowed: "GET, HEAD, OPTIONS"),
        // Spelled out, though it could be the id of a file.
        Refused(method: .get, path: "/api/v1/data/upload/", allowed: "OPTIONS, POST"),
        Refused(method: .delete, path: "/metrics", allowed: "GET, HEAD, OPTIONS"),
        Refused(method: .post, path: "/health", allowed: "GET, HEAD, OPTIONS"),
        Refused(method: .trace, path: "/openapi.json", allowed: "GET, HEAD, OPTIONS"),
    ])
    func saysWhatAPathTakes(_ refused: Refused) async throws {
        try await withGateway { client in
            let response = try await client.execute(uri: refused.path, method: refused.method)
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow] == refused.allowed)
            #expect(response.headers[.contentType] == "application/problem+json")
            #expect(try response.json["error"]["code"] == "METHOD_NOT_ALLOWED")
        }
    }

    @Test func answersOptions() async throws {
        try await withGateway { client in
            let response = try await client.execute(uri: computePath, method: .options)
            #expect(response.status == .noContent)
            #expect(response.headers[.allow] == "OPTIONS, POST")
            try await #expect(client.execute(uri: "/nothing", method: .options).status == .notFound)
        }
    }

    /// A body would be taken for the head of the next answer.
    @Test func answersHeadWithoutABodyWhateverIsWrong() async throws {
        try await withGateway(FakeCompute(), .live) { client in
            let port = try #require(client.port)
            let heads = ["/nothing", computePath, "/api/v1/jobs/7"].map {
                "HEAD \($0) HTTP/1.1\r\nHost: x\r\n"
            }
            let answer = try await RawClient.exchange(
                port: port, heads.joined(separator: "\r\n") + "Connection: close\r\n\r\n")
            let blocks = answer.split(separator: "\r\n\r\n").map { $0.prefix(12) }
            #expect(blocks == ["HTTP/1.1 404", "HTTP/1.1 405", "HTTP/1.1 404"])
        }
    }

    @Test func answersHeadLikeGetWithoutTheBody() async throws {
        try await withGateway { client in
            let response = try await client.execute(uri: "/api/v1/health", method: .head)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "application/json")
            #expect(response.body.readableBytes == 0)
        }
    }
}
