import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vocabulary

@Suite struct DataRouteTests {
    /// Sends a form with a file and, unless nil, its metadata.
    private func upload(
        _ client: any TestClientProtocol, _ file: String, name: String = "cloud.csv",
        metadata: String? = nil, boundary: String = "b0undary"
    ) async throws -> TestResponse {
        var form =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n"
            + "Content-Type: text/csv\r\n\r\n\(file)\r\n"
        if let metadata {
            form +=
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n\(metadata)\r\n"
        }
        form += "--\(boundary)--\r\n"
        return try await client.post(
            "/api/v1/data/upload", form,
            headers: [.contentType: "multipart/form-data; boundary=\"\(boundary)\""])
    }

    @Test func keepsWhatWasUploaded() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let response = try await upload(
                client, "x,y\n0,1\n2,3\n4,5\n",
                metadata: #"{"name": "three", "dimension": 2, "format": "csv", "description": "points"}"#)
            #expect(response.status == .created)
            let json = try response.json
            let id = try #require(json["file_id"].text)
            #expect(json["name"] == "three")
            #expect(json["format"] == "csv")
            #expect(json["dimension"] == 2)
            #expect(json["num_points"] == 3)
            #expect(json["size_bytes"] == 16)
            #expect(json["status"] == "processed")
            #expect(json["validation"] == .object(["is_valid": true, "errors": .array([])]))

            let shown = try await client.get("/api/v1/data/\(id)")
            #expect(try shown.json == json)
            let listed = try await client.get("/api/v1/data")
            #expect(try listed.json["files"] == .array([json]))

            let computed = try await client.post(computePath, #"{"file_id": "\#(id)"}"#)
            #expect(computed.status == .ok)
            #expect(try computed.json["input_data"]["file_id"].text == id)

            try await #expect(client.delete("/api/v1/data/\(id)").status == .noContent)
            try await #expect(client.get("/api/v1/data/\(id)").status == .notFound)
            try await #expect(client.post(computePath, #"{"file_id": "\#(id)"}"#).status == .notFound)
        }
        let points = try PointCloud(dimension: 2, coordinates: .float32([0, 1, 2, 3, 4, 5]))
        #expect(daemon.requests.first?.input == .points(points))
    }

    @Test func sharesEqualFiles() async throws {
        try await withGateway { client in
            let first = try await upload(client, "0 1\n", name: "a.txt").json
            let second = try await upload(client, "0 1\n", name: "../../b.txt").json
            #expect(first["sha256"] == second["sha256"])
            #expect(second["name"] == "../../b.txt")
            let (one, other) = (try #require(first["file_id"].text), try #require(second["file_id"].text))
            try await #expect(client.delete("/api/v1/data/\(one)").status == .noContent)
            try await #expect(client.post(computePath, #"{"file_id": "\#(other)"}"#).status == .ok)
        }
    }

    struct Bad: CustomTestStringConvertible {
        let file: String
        var name = "cloud.csv"
        var metadata: String?
        let message: String
        var line: JSONValue = .null
        var testDescription: String { message }
    }

    @Test(arguments: [
        Bad(file: "0,1\n2,x\n", message: "line 2, column 3", line: 2),
        Bad(file: "", message: "", line: 1),
        Bad(file: "[[0, 1], [2]]", name: "cloud.json", message: "line 1", line: 1),
        Bad(
            file: "x,y\n\n0,1\n", metadata: #"{"dimension": 3}"#,
            message: "line 3, column 1: points[0] has 2 coordinates, expected 3", line: 3),
        Bad(file: "0,1\n", name: "cloud.bin", message: "unknown format \"bin\""),
        Bad(file: "0,1\n", name: "cloud", message: "metadata.format is missing"),
        Bad(file: "0,1\n", name: "cloud.npy", message: ""),
    ])
    func saysWhatIsWrongAndWhere(_ bad: Bad) async throws {
        try await withGateway { client in
            let response = try await upload(client, bad.file, name: bad.name, metadata: bad.metadata)
            #expect(response.status == .badRequest)
            let error = try response.json["error"]
            #expect(error["code"] == "VALIDATION_ERROR")
            #expect(bad.message.isEmpty || error["message"].text?.contains(bad.message) == true)
            #expect(error["details"]["validation"]["is_valid"] == false)
            #expect(error["details"]["validation"]["errors"][0]["line"] == bad.line)
            let listed = try await client.get("/api/v1/data")
            #expect(try listed.json["files"] == .array([]))
        }
    }

    @Test(arguments: [
        ("application/json", "{}"), ("multipart/form-data", ""),
        ("multipart/form-data; boundary=x", "--x\r\n"),
        ("multipart/form-data; boundary=x", "--x--\r\n"),
        ("multipart/form-data; boundary=x", "--x\r\nnothing: here\r\n\r\n\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{}\r\n--x--\r\n"
        ),
    ])
    func refusesWhatIsNoForm(type: String, body: String) async throws {
        try await withGateway { client in
            let response = try await client.post(
                "/api/v1/data/upload", body, headers: [.contentType: type])
            #expect(response.status == .badRequest)
            #expect(try response.json["error"]["code"] == "VALIDATION_ERROR")
        }
    }

    @Test func refusesWhatIsTooLarge() async throws {
        var configuration = GatewayConfiguration.forTests
        configuration.maxUploadBytes = 1000
        try await withGateway(configuration: configuration) { client in
            let response = try await upload(client, String(repeating: "0,1\n", count: 251))
            #expect(response.status == .contentTooLarge)
            let exact = try await upload(client, String(repeating: "0,1\n", count: 250))
            #expect(exact.status == .created)
        }
    }
}
