import Crypto
import NIOCore

/// Digests as hexadecimal digits, two a byte.
enum Hex {
    static func sha256(_ bytes: [UInt8]) -> String { digits(SHA256.hash(data: bytes)) }

    static func sha256(_ bytes: ByteBuffer) -> String {
        var digest = SHA256()
        bytes.withUnsafeReadableBytes { digest.update(bufferPointer: $0) }
        return digits(digest.finalize())
    }

    static func digits(_ digest: SHA256Digest) -> String {
        String(unsafeUninitializedCapacity: 2 * SHA256Digest.byteCount) { text in
            var end = 0
            for byte in digest {
                text[end] = digit(byte >> 4)
                text[end + 1] = digit(byte & 15)
                end += 2
            }
            return end
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
