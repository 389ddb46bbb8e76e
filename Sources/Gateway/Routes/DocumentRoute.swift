import HTTPTypes
import Hummingbird
import NIOCore

/// `/openapi.json`, at the root and under the API's.
struct DocumentRoute: Sendable {
    private static let operations = ["/openapi.json", "\(apiRoot)/openapi.json"].map { path in
        Operation(
            .get, path, path == "/openapi.json" ? "getDocument" : "getDocumentOfAPI", .operations,
            "This description.",
            answers: [
                Answer(
                    .ok, "An OpenAPI 3.1 document.",
                    [Content(type: "application/json", schema: #"{"type": "object"}"#)])
            ])
    }

    /// - Parameter others: every other route.
    static func routes(describing others: [Route]) -> [Route] {
        let document = ByteBuffer(bytes: OpenAPIDocument(others.map(\.operation) + operations).bytes)
        return operations.map { operation in
            Route(operation) { _, _ in
                Response(
                    status: .ok, headers: [.contentType: "application/json"],
                    body: .init(byteBuffer: document))
            }
        }
    }
}
