import Crypto

/// UUIDs that follow from names (RFC 9562, version 5), so that whoever makes a message again gives it the
/// same id; Python's `uuid.uuid5` makes the same. The digest is SHA-1 by definition, and for nothing that must be
/// secure.
package enum NameBasedID {
    /// The namespace of our windows, itself uuid5(NAMESPACE_URL, "https://tda-platform/window").
    package static let windows: [UInt8] = [
        0x80, 0x64, 0xcb, 0x7d, 0xb0, 0x6e, 0x57, 0x91, 0x8f, 0x5c, 0xd4, 0x33, 0xb0, 0x02, 0x86, 0xb2,
    ]

    package static func uuid(namespace: [UInt8], _ name: String) -> String {
        var bytes = Array(Insecure.SHA1.hash(data: namespace + name.utf8).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let groups = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16]
        return groups.map { digits[$0].joined() }.joined(separator: "-")
    }
}
