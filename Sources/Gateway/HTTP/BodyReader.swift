import HTTPTypes
import Hummingbird
import NIOCore

/// Reads request bodies within a limit for each and one for all that are held at once.
struct BodyReader: Sendable {
    let maxBytes: Int
    let metrics: GatewayMetrics

    /// - Throws: PAYLOAD_TOO_LARGE, before the first byte is kept where the length was announced.
    func read(_ request: Request) async throws -> ByteBuffer {
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > maxBytes {
            throw tooLarge(found: announced)
        }
        var body = ByteBuffer()
        do {
            for try await var part in request.body {
                guard body.readableBytes + part.readableBytes <= maxBytes else {
                    throw tooLarge(found: nil)
                }
                if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
            }
        }
        metrics.bodyRead(bytes: body.readableBytes)
        return body
    }

    private func tooLarge(found: Int?) -> Problem {
        Problem(
            .payloadTooLarge,
            found.map { "the body has \($0) bytes, at most \(maxBytes) are taken" }
                ?? "the body has more than \(maxBytes) bytes",
            details: [("max_bytes", .integer(maxBytes))], closesConnection: true)
    }
}
