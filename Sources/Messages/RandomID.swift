import Glibc

/// Random UUIDs (RFC 9562, version 4), in lower case. Foundation's opens a file for each, and every request has two.
package enum RandomID {
    package static func make() -> String {
        let random = twoWords()
        let high = random.0 & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = random.1 & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { text in
            var end = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    text[end] = UInt8(ascii: "-")
                    end += 1
                }
                let word = nibble < 16 ? high : low
                let value = UInt8(word >> UInt64(60 - 4 * (nibble & 15)) & 15)
                text[end] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
                end += 1
            }
            return end
        }
    }

    /// By one call of the system, which the standard library's generator makes two of.
    private static func twoWords() -> (UInt64, UInt64) {
        var words: (UInt64, UInt64) = (0, 0)
        let failed = withUnsafeMutableBytes(of: &words) { bytes in
            bytes.baseAddress.map { getentropy($0, bytes.count) != 0 } ?? true
        }
        guard failed else { return words }
        var random = SystemRandomNumberGenerator()
        return (random.next(), random.next())
    }
}
