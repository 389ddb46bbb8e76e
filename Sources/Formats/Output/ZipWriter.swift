/// Writes a ZIP archive whose members are stored, not compressed, as `numpy.savez` does.
struct ZipWriter {
    private var archive: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    /// Adds a member. Names are ASCII. Members and the archive stay below 4 GiB, the format's limit
    /// without extensions.
    mutating func add(_ name: String, _ content: [UInt8]) {
        let offset = UInt32(archive.count)
        // What the local header and the central directory have in common: version 2.0, no flags, stored,
        // 1 January 1980, so that equal results make equal archives.
        var common: [UInt8] = []
        for field: UInt16 in [20, 0, 0, 0, 0x21] { common.append(littleEndian: field) }
        common.append(littleEndian: CRC32.checksum(content))
        common.append(littleEndian: UInt32(content.count))
        common.append(littleEndian: UInt32(content.count))
        common.append(littleEndian: UInt16(name.utf8.count))
        common.append(littleEndian: UInt16(0))

        archive.append(littleEndian: UInt32(0x0403_4B50))
        archive += common
        archive += name.utf8
        archive += content

        directory.append(littleEndian: UInt32(0x0201_4B50))
        directory.append(littleEndian: UInt16(20))
        directory += common
        // No comment, disk 0, no attributes.
        for field: UInt16 in [0, 0, 0, 0, 0] { directory.append(littleEndian: field) }
        directory.append(littleEndian: offset)
        directory += name.utf8
        count += 1
    }

    /// The archive with its directory at the end.
    consuming func finish() -> [UInt8] {
        let start = UInt32(archive.count)
        archive += directory
        archive.append(littleEndian: UInt32(0x0605_4B50))
        for field: UInt16 in [0, 0, count, count] { archive.append(littleEndian: field) }
        archive.append(littleEndian: UInt32(directory.count))
        archive.append(littleEndian: start)
        archive.append(littleEndian: UInt16(0))
        return archive
    }
}

/// The checksum of ZIP and PNG (ISO 3309).
enum CRC32 {
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8 }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
}
