import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Reads request bodies within a limit for each and one for all that are held at once.
struct BodyReader: Sendable {
    /// The largest body, as it was before it was compressed.
    let maxBytes: Int
    let memory: BodyMemory
    let metrics: GatewayMetrics

    /// - Throws: PAYLOAD_TOO_LARGE, before the first byte is kept where the length was announced; OVERLOADED
    ///   when other requests hold all the memory there is for bodies.
    func read(_ request: Request) async throws -> HeldBody {
        let announced = request.headers.first(.contentLength).flatMap { Int($0) } ?? 0
        guard announced <= maxBytes else { throw tooLarge(found: announced) }
        let inflater = try Inflater(contentEncoding: request.headers.first(.contentEncoding))
        let body = HeldBody(memory)
        var received = 0
        for try await part in request.body {
            received += part.readableBytes
            guard received <= maxBytes else { throw tooLarge(found: nil) }
            if let inflater {
                inflater.take(part)
                while let piece = try inflater.next() { try append(piece, to: body, expecting: 0) }
            } else {
                try append(part, to: body, expecting: announced)
            }
        }
        try inflater?.end()
        metrics.bodyRead(bytes: received)
        return body
    }

    private func append(_ part: ByteBuffer, to body: HeldBody, expecting count: Int) throws(Problem) {
        guard body.byteCount + part.readableBytes <= maxBytes else { throw tooLarge(found: nil) }
        guard body.append(part, expecting: count) else {
            throw Problem(
                .overloaded, "other requests hold all the memory for bodies; try again", retryAfter: 1,
                closesConnection: true)
        }
    }

    private func tooLarge(found: Int?) -> Problem {
        Problem(
            .payloadTooLarge,
            found.map { "the body has \($0) bytes, at most \(maxBytes) are taken" }
                ?? "the body has more than \(maxBytes) bytes",
            details: [("max_bytes", .integer(maxBytes))], closesConnection: true)
    }
}

/// The bytes that all bodies take which are held at a time.
final class BodyMemory: Sendable {
    private let held = Mutex(0)
    let maxBytes: Int

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    var heldBytes: Int { held.withLock { $0 } }

    fileprivate func take(_ count: Int) -> Bool {
        held.withLock { held in
            guard count <= maxBytes - held else { return false }
            held += count
            return true
        }
    }

    fileprivate func giveBack(_ count: Int) { held.withLock { $0 -= count } }
}

/// The body of a request, counted in `BodyMemory` for as long as somebody holds it.
final class HeldBody: Sendable {
    private let memory: BodyMemory
    private let content = Mutex(ByteBuffer())

    fileprivate init(_ memory: BodyMemory) { self.memory = memory }

    deinit { memory.giveBack(byteCount) }

    var byteCount: Int { content.withLock { $0.readableBytes } }
    var bytes: ByteBuffer { content.withLock { $0 } }

    /// - Parameter expecting: how many bytes will come in all, 0 where nobody said.
    /// - Returns: false when there is no memory for it.
    fileprivate func append(_ part: ByteBuffer, expecting: Int) -> Bool {
        guard memory.take(part.readableBytes) else { return false }
        content.withLock { content in
            if content.readableBytes == 0, part.readableBytes >= expecting {
                content = part
            } else {
                // Address space, no memory yet.
                content.reserveCapacity(expecting)
                content.writeImmutableBuffer(part)
            }
        }
        return true
    }
}
