import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vocabulary

/// gzip both ways. The samples were made by Python's gzip and zlib modules.
@Suite struct CompressionTests {
    /// `{"point_cloud": {"points": [[0]]}}`
    static let gzipped: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x2a, 0xc8, 0xcf, 0xcc, 0x2b,
        0x89, 0x4f, 0xce, 0xc9, 0x2f, 0x4d, 0x51, 0xb2, 0x52, 0xa8, 0x86, 0xf0, 0x8b, 0x81, 0xcc, 0xe8, 0x68,
        0x83, 0xd8, 0xd8, 0xda, 0x5a, 0x00, 0x6c, 0x6d, 0xc5, 0x51, 0x22, 0x00, 0x00, 0x00,
    ]
    static let deflated: [UInt8] = [
        0x78, 0x9c, 0xab, 0x56, 0x2a, 0xc8, 0xcf, 0xcc, 0x2b, 0x89, 0x4f, 0xce, 0xc9, 0x2f, 0x4d, 0x51, 0xb2,
        0x52, 0xa8, 0x86, 0xf0, 0x8b, 0x81, 0xcc, 0xe8, 0x68, 0x83, 0xd8, 0xd8, 0xda, 0x5a, 0x00, 0xd7, 0xa0,
        0x0c, 0x0a,
    ]
    /// 1000 times the letter a.
    static let bomb: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0x4c, 0x1c, 0x05, 0xa3, 0x60, 0x14,
        0x0c, 0x77, 0x00, 0x00, 0x03, 0xda, 0x38, 0x9a, 0xe8, 0x03, 0x00, 0x00,
    ]

    /// A form with a file of two points, eight bytes of CSV; its boundary is x.
    static let form: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xd3, 0xd5, 0xad, 0xe0, 0xe5, 0x72, 0xce,
        0xcf, 0x2b, 0x49, 0xcd, 0x2b, 0xd1, 0x75, 0xc9, 0x2c, 0x2e, 0xc8, 0x2f, 0xce, 0x2c, 0xc9, 0xcc, 0xcf,
        0xb3, 0x52, 0x48, 0xcb, 0x2f, 0xca, 0xd5, 0x4d, 0x49, 0x2c, 0x49, 0xb4, 0x56, 0xc8, 0x4b, 0xcc, 0x4d,
        0xb5, 0x55, 0x4a, 0xcb, 0xcc, 0x49, 0x55, 0xb2, 0x56, 0x00, 0x51, 0x10, 0x81, 0x64, 0xbd, 0xe4, 0xe2,
        0x32, 0x25, 0x5e, 0x2e, 0x5e, 0x2e, 0x03, 0x1d, 0x43, 0x2e, 0x23, 0x1d, 0x63, 0x20, 0x4b, 0x57, 0xb7,
        0x42, 0x57, 0x97, 0x97, 0x0b, 0x00, 0x28, 0xe9, 0x23, 0x6a, 0x57, 0x00, 0x00, 0x00,
    ]

    private func post(
        _ body: [UInt8], _ encoding: String, to client: any TestClientProtocol
    ) async throws -> TestResponse {
        try await client.execute(
            uri: computePath, method: .post, headers: [.contentEncoding: encoding],
            body: ByteBuffer(bytes: body))
    }

    @Test func readsCompressedBodies() async throws {
        try await withGateway { client in
            for (body, encoding) in [
                (Self.gzipped, "gzip"), (Self.gzipped, "GZIP"), (Self.deflated, "deflate"),
            ] {
                try await #expect(post(body, encoding, to: client).status == .ok)
            }
        }
    }

    @Test func readsCompressedUploadsUpToTheLargest() async throws {
        let headers: HTTPFields = [
            .contentType: "multipart/form-data; boundary=x", .contentEncoding: "gzip",
        ]
        for (largest, status) in [(8, 201), (7, 413)] {
            var configuration = GatewayConfiguration.forTests
            configuration.maxUploadBytes = largest
            try await withGateway(configuration: configuration) { client in
                func upload(_ body: [UInt8]) async throws -> TestResponse {
                    try await client.execute(
                        uri: "/api/v1/data/upload", method: .post, headers: headers,
                        body: ByteBuffer(bytes: body))
                }
                let response = try await upload(Self.form)
                #expect(response.status.code == status)
                guard status == 201 else { return }
                #expect(try response.json["num_points"] == 2)
                // Without the check sum at its end.
                try await #expect(upload(Self.form.dropLast(9)).status == .badRequest)
            }
        }
    }

    @Test func refusesBodiesThatAreNotCompressedAsTheySay() async throws {
        try await withGateway { client in
            let broken = [Array(Self.gzipped.dropLast(6)), Self.gzipped + [0], [0x1f], Array("{}".utf8), []]
            for body in broken {
                let response = try await post(body, "gzip", to: client)
                #expect(response.status == .badRequest, "\(body)")
                #expect(try response.json["error"]["code"] == "VALIDATION_ERROR")
            }
            try await #expect(post(Self.gzipped, "br", to: client).status == .unsupportedMediaType)
            try await #expect(post(Self.gzipped, "gzip", to: client).status == .ok)
        }
    }

    @Test func countsABodyAsItInflates() async throws {
        var configuration = GatewayConfiguration.forTests
        configuration.maxBodyBytes = 999
        try await withGateway(configuration: configuration) { client in
            let response = try await post(Self.bomb, "gzip", to: client)
            #expect(response.status == .contentTooLarge)
            try await #expect(post(Self.gzipped, "gzip", to: client).status == .ok)
        }
        configuration.maxBodyBytes = 1000
        try await withGateway(configuration: configuration) { client in
            // Small enough, but no JSON.
            try await #expect(post(Self.bomb, "gzip", to: client).status == .badRequest)
        }
    }

    @Test func compressesLargeAnswersForThoseWhoAccept() async throws {
        try await withGateway { client in
            let plain = try await client.get("/openapi.json")
            #expect(plain.headers[.contentEncoding] == nil)
            #expect(plain.headers[.vary] == "Accept-Encoding")
            for header in ["gzip", "br, gzip;q=0.5", "*"] {
                let response = try await client.get("/openapi.json", headers: [.acceptEncoding: header])
                #expect(response.headers[.contentEncoding] == "gzip")
                #expect(response.body.readableBytes < plain.body.readableBytes / 2)
                #expect(response.headers[.contentLength] == String(response.body.readableBytes))
                #expect(response.body.getBytes(at: 0, length: 2) == [0x1f, 0x8b])
            }
            for header in ["br", "gzip;q=0", "identity"] {
                let response = try await client.get("/openapi.json", headers: [.acceptEncoding: header])
                #expect(response.headers[.contentEncoding] == nil)
            }
            let small = try await client.get("/health", headers: [.acceptEncoding: "gzip"])
            #expect(small.headers[.contentEncoding] == nil)
        }
    }
}
