import CZlib
import NIOCore

enum Gzip {
    /// Quick: what is sent is mostly digits, which higher levels hardly make smaller.
    private static let level: CInt = 1

    /// `bytes` as a gzip member (RFC 1952); nil when there is no memory for it.
    static func compress(_ bytes: ByteBuffer) -> ByteBuffer? {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        guard bytes.readableBytes < Int(UInt32.max), tda_gzip_init(stream, level) == Z_OK else { return nil }
        defer { deflateEnd(stream) }

        let bound = Int(deflateBound(stream, UInt(bytes.readableBytes)))
        guard bound < Int(UInt32.max) else { return nil }
        var output = ByteBuffer()
        var code = Z_OK
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { space in
            bytes.withUnsafeReadableBytes { input in
                // zlib does not write to its input, though its type says so.
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.bindMemory(to: UInt8.self).baseAddress)
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = space.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(bound)
                code = deflate(stream, Z_FINISH)
                return bound - Int(stream.pointee.avail_out)
            }
        }
        return code == Z_STREAM_END ? output : nil
    }
}
