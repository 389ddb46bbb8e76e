import CZlib
import NIOCore

/// Inflates a request's body as it comes, in pieces of bounded size, so that a small body which inflates to a
/// huge one is stopped by whoever asks for the pieces.
final class Inflater {
    private static let pieceBytes = 64 << 10

    /// On the heap, as zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var input = ByteBuffer()
    /// Whether the end of the compressed data has come.
    private var isComplete = false

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

    /// Takes the next bytes of the body, once `next` has said that the ones before are used up.
    func take(_ part: ByteBuffer) { input = part }

    /// The next piece of what the body holds; nil where that takes more of its bytes, or was all.
    ///
    /// - Throws: VALIDATION_ERROR for what is not compressed so.
    func next() throws(Problem) -> ByteBuffer? {
        while !isComplete {
            var piece = ByteBuffer()
            let code = inflate(into: &piece)
            switch code {
            case Z_OK: break
            case Z_STREAM_END: isComplete = true
            // Neither is there input left, nor does zlib hold anything of what it has taken.
            case Z_BUF_ERROR: return nil
            default: throw Self.broken(stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)")
            }
            if piece.readableBytes > 0 { return piece }
        }
        guard input.readableBytes == 0 else { throw Self.broken("something follows the compressed data") }
        return nil
    }

    private func inflate(into piece: inout ByteBuffer) -> CInt {
        input.readWithUnsafeMutableReadableBytes { input in
            let offered = min(input.count, Int(UInt32.max))
            stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_in = UInt32(offered)
            var code = Z_OK
            piece.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceBytes) { output in
                stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(Self.pieceBytes)
                code = CZlib.inflate(stream, Z_NO_FLUSH)
                return Self.pieceBytes - Int(stream.pointee.avail_out)
            }
            return (offered - Int(stream.pointee.avail_in), code)
        }
    }

    /// - Throws: VALIDATION_ERROR where the body has ended before its compressed data.
    func end() throws(Problem) {
        guard isComplete else {
            throw .invalid("the compressed body ends too early", at: "Content-Encoding")
        }
    }

    private static func broken(_ reason: String) -> Problem {
        .invalid("the compressed body cannot be read: \(reason)", at: "Content-Encoding")
    }
}
