import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import Synchronization

/// Compresses what is worth it, for clients that accept gzip. Streams go as they are.
enum CompressResponses {
    /// Smaller bodies fit in a packet anyway.
    private static let smallest = 1400
    /// More than this is not done between other requests' work.
    private static let largestInPlace = 16 << 10
    private static let types = [
        "application/json", "application/problem+json", "application/x-ndjson", "text/",
    ]

    static func apply(to response: Response, for request: Request) async throws -> Response {
        guard let length = response.body.contentLength, length >= Self.smallest,
            response.headers.first(.contentEncoding) == nil,
            let type = response.headers.first(.contentType), Self.types.contains(where: type.hasPrefix)
        else { return response }
        guard request.method != .head, Self.accepts(request.headers[values: .acceptEncoding]) else {
            return response.varying
        }
        let body = try await Self.content(of: response.body)
        let compressed =
            length <= Self.largestInPlace
            ? Gzip.compress(body)
            : try await NIOThreadPool.singleton.runIfActive { Gzip.compress(body) }
        guard let compressed, compressed.readableBytes < length else {
            return Response(status: response.status, headers: response.headers, body: .init(byteBuffer: body))
                .varying
        }
        var smaller = Response(
            status: response.status, headers: response.headers, body: .init(byteBuffer: compressed)
        ).varying
        smaller.headers[.contentEncoding] = "gzip"
        smaller.headers[.contentLength] = String(compressed.readableBytes)
        // Other bytes, so another strong tag.
        if let tag = smaller.headers[.eTag], tag.hasSuffix("\"") {
            smaller.headers[.eTag] = tag.dropLast() + Self.tagSuffix + "\""
        }
        return smaller
    }

    /// What the tag of a compressed representation ends in, within the quotes.
    static let tagSuffix = "-gzip"

    private static func accepts(_ headers: [String]) -> Bool {
        for range in headers.flatMap({ $0.split(separator: ",") }) {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard parts.first == "gzip" || parts.first == "*" else { continue }
            return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
        }
        return false
    }

    private static func content(of body: ResponseBody) async throws -> ByteBuffer {
        let collector = Collector()
        try await body.write(collector)
        return collector.content.withLock { $0 }
    }

    private final class Collector: ResponseBodyWriter, Sendable {
        let content = Mutex(ByteBuffer())

        func write(_ buffer: ByteBuffer) async throws {
            content.withLock { content in
                if content.readableBytes == 0 {
                    content = buffer
                } else {
                    content.writeImmutableBuffer(buffer)
                }
            }
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}

extension Response {
    fileprivate var varying: Response {
        var response = self
        let vary = response.headers[.vary].map { $0 + ", " } ?? ""
        response.headers[.vary] = vary + "Accept-Encoding"
        return response
    }
}
