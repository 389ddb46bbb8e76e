import Gateway
import HTTPTypes
import HummingbirdTesting
import Testing

/// `/openapi.json`; the integration tests hold the live routes against it.
@Suite struct OpenAPITests {
    @Test func describesEveryRoute() async throws {
        try await withGateway { client in
            let document = try await client.get("/openapi.json").json
            #expect(document["openapi"] == "3.1.0")
            let api = "/api/v1"
            #expect(
                document["paths"].keys.isSuperset(of: [
                    "\(api)/tda/compute/vietoris-rips", "\(api)/tda/compute/alpha-complex",
                    "\(api)/tda/estimate", "\(api)/jobs",
                    "\(api)/jobs/{job_id}", "\(api)/jobs/{job_id}/cancel", "\(api)/jobs/{job_id}/results",
                    "\(api)/jobs/{job_id}/events", "\(api)/data/upload", "\(api)/data",
                    "\(api)/data/{file_id}",
                    "\(api)/health", "/metrics", "/openapi.json",
                ]))
            #expect(document["paths"]["\(api)/jobs/{job_id}"].keys == ["get", "delete"])
            try await #expect(client.get("\(api)/openapi.json").json == document)
        }
    }

    @Test func refersOnlyToSchemasThatAreThere() async throws {
        try await withGateway { client in
            let document = try await client.get("/openapi.json").json
            let named = document["components"]["schemas"].keys
            let references = document.references
            #expect(!references.isEmpty)
            for reference in references {
                let name = try #require(reference.split(separator: "/").last.map(String.init))
                #expect(named.contains(name), "\(reference)")
            }
        }
    }
}

extension JSONValue {
    /// The values of all members `$ref`, however deep.
    fileprivate var references: [String] {
        switch self {
        case .object(let members):
            members.flatMap { key, value in key == "$ref" ? [value.text ?? ""] : value.references }
        case .array(let elements): elements.flatMap(\.references)
        default: []
        }
    }
}
