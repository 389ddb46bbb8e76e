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
