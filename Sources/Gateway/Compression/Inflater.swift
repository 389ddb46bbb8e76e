import CZlib
import NIOCore

/// Inflates a request's body as it comes, in pieces of bounded size, so that a small body which inflates to a
/// huge one is stopped by whoever takes the pieces.
final class Inflater {
    private static let pieceBytes = 64 << 10

    /// On the heap, as zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether the end of the compressed data has come.
    private(set) var isComplete = false

    /// - Parameter contentEncoding: the request's header; nil is returned where nothing is compressed.
    /// - Throws: UNSUPPORTED_MEDIA_TYPE for what is neither gzip nor deflate.
    init?(contentEncoding: String?) throws(Problem) {
        switch contentEncoding?.lowercased() {
        case nil, "", "identity": return nil
        case "gzip", "x-gzip", "deflate": break
        default:
            throw Problem(
                .unsupportedMediaType, "Content-Encoding may be gzip or deflate", closesConnection: true)
        }
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard tda_inflate_init(stream) == Z_OK else {
            throw Problem(.overloaded, "there is no memory to inflate the body; try again")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates `part` and hands out what it holds.
    ///
    /// - Throws: VALIDATION_ERROR for what is not compressed so; what `take` throws.
    func inflate(_ part: ByteBuffer, take: (ByteBuffer) throws -> Void) throws {
        var part = part
        while part.readableBytes > 0 {
            guard !isComplete else { throw Self.broken("something follows the compressed data") }
            var piece = ByteBuffer()
            let code = part.readWithUnsafeMutableReadableBytes { input -> (Int, CInt) in
                stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_in = UInt32(min(input.count, Int(UInt32.max)))
                let offered = Int(stream.pointee.avail_in)
                var code = Z_OK
                piece.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceBytes) { output in
                    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
                    stream.pointee.avail_out = UInt32(Self.pieceBytes)
                    code = CZlib.inflate(stream, Z_NO_FLUSH)
                    return Self.pieceBytes - Int(stream.pointee.avail_out)
                }
                return (offered - Int(stream.pointee.avail_in), code)
            }
            if piece.readableBytes > 0 { try take(piece) }
            switch code {
            case Z_OK: continue
            case Z_STREAM_END: isComplete = true
            case Z_BUF_ERROR where part.readableBytes == 0: return
            default: throw Self.broken(stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)")
            }
        }
        try drain(take)
    }

    /// Hands out what zlib still holds of input that it has taken.
    private func drain(_ take: (ByteBuffer) throws -> Void) throws {
        while !isComplete {
            var piece = ByteBuffer()
            var code = Z_OK
            piece.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceBytes) { output in
                stream.pointee.next_in = nil
                stream.pointee.avail_in = 0
                stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(Self.pieceBytes)
                code = CZlib.inflate(stream, Z_NO_FLUSH)
                return Self.pieceBytes - Int(stream.pointee.avail_out)
            }
            if piece.readableBytes > 0 { try take(piece) }
            if code == Z_STREAM_END { isComplete = true }
            guard code == Z_OK, piece.readableBytes > 0 else { return }
        }
    }

    private static func broken(_ reason: String) -> Problem {
        .invalid("the compressed body cannot be read: \(reason)", at: "Content-Encoding")
    }
}
