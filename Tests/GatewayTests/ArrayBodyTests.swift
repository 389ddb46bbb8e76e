import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vocabulary

/// Points sent as arrays instead of JSON.
@Suite struct ArrayBodyTests {
    static let shape = HTTPField.Name("X-TDA-Shape")!
    static let dtype = HTTPField.Name("X-TDA-Dtype")!

    private func bytes(_ values: [Float]) -> ByteBuffer {
        var buffer = ByteBuffer()
        for value in values { buffer.writeInteger(value.bitPattern, endianness: .little) }
        return buffer
    }

    private func post(
        _ body: ByteBuffer, _ headers: HTTPFields, query: String = "", to client: any TestClientProtocol
    ) async throws -> TestResponse {
        try await client.execute(uri: computePath + query, method: .post, headers: headers, body: body)
    }

    /// A file as NumPy writes it.
    private func npy(_ header: String, _ data: ByteBuffer) -> ByteBuffer {
        let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        var file = ByteBuffer(bytes: [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8))
        file.writeImmutableBuffer(data)
        return file
    }

    @Test func readsOctetStreams() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let response = try await post(
                bytes([0, 1, 2, 3, 4, 5]),
                [.contentType: "application/octet-stream", Self.shape: "3, 2"],
                query: "?max_dimension=2&metric=manhattan&cache_results=false&max_edge_length=1.5", to: client
            )
            #expect(response.status == .ok)
            #expect(try response.json["input_data"]["num_points"] == 3)
        }
        let request = try #require(daemon.requests.last)
        #expect(
            request.input
                == .points(try PointCloud(dimension: 2, coordinates: .float32([0, 1, 2, 3, 4, 5]))))
        #expect(
            request.options
                == .vietorisRips(
                    try VietorisRipsOptions(maxDimension: 2, maxEdgeLength: 1.5, metric: .manhattan)))
    }

    @Test func readsNPYFiles() async throws {
        let daemon = FakeCompute()
        let file = npy(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", bytes([1, 2, 3, 4, 5, 6]))
        try await withGateway(daemon) { client in
            try await #expect(
                post(file, [.contentType: "application/x-npy"], to: client).status == .ok)
            // Such a request may also become a job, which is kept as it came.
            let job = try await post(
                file, [.contentType: "application/x-npy"], query: "?async=true&cache_results=false",
                to: client)
            #expect(job.status == .accepted)
        }
        #expect(
            daemon.requests.first?.input
                == .points(try PointCloud(dimension: 3, coordinates: .float32([1, 2, 3, 4, 5, 6]))))
    }

    struct Bad: Sendable {
        let headers: HTTPFields
        let query: String
        let message: String
    }

    @Test(arguments: [
        Bad(headers: [:], query: "", message: "X-TDA-Shape: expected the numbers"),
        Bad(headers: [shape: "6"], query: "", message: "X-TDA-Shape: expected the numbers"),
        Bad(headers: [shape: "2,2"], query: "", message: "X-TDA-Shape is 2,2"),
        Bad(headers: [shape: "-2,-3"], query: "", message: "X-TDA-Shape: expected the numbers"),
        Bad(headers: [shape: "9223372036854775807,3"], query: "", message: "X-TDA-Shape is"),
        Bad(headers: [shape: "2,3", dtype: "float16"], query: "", message: "X-TDA-Dtype may be"),
        Bad(headers: [shape: "2,3"], query: "?max_dimension=two", message: "max_dimension is two"),
        Bad(headers: [shape: "2,3"], query: "?async=yes", message: "async is yes"),
        Bad(headers: [shape: "2,3"], query: "?color=red", message: "color is no parameter"),
        Bad(headers: [shape: "2,3"], query: "?metric=taxi", message: "parameters.metric: unknown metric"),
    ])
    func refusesWhatDoesNotFit(_ bad: Bad) async throws {
        try await withGateway { client in
            let headers = bad.headers.merging([.contentType: "application/octet-stream"])
            let response = try await post(bytes([0, 1, 2, 3, 4, 5]), headers, query: bad.query, to: client)
            #expect(response.status == .badRequest)
            let message = try #require(try response.json["error"]["message"].text)
            #expect(message.hasPrefix(bad.message), "\(message)")
        }
    }

    @Test func refusesNumbersThatAreNotFinite() async throws {
        try await withGateway { client in
            let response = try await post(
                bytes([0, 1, 2, .nan, 4, 5]),
                [.contentType: "application/octet-stream", Self.shape: "3,2"], to: client)
            #expect(response.status == .badRequest)
            #expect(try response.json["error"]["message"].text?.contains("points[1][1]") == true)
        }
    }
}

extension HTTPFields {
    fileprivate func merging(_ others: HTTPFields) -> HTTPFields {
        var all = self
        for field in others { all.append(field) }
        return all
    }
}
