/// Where a request stands in a distributed trace, as the header `traceparent` says it (W3C Trace Context,
/// section 3.2).
public struct TraceParent: Sendable, Hashable, CustomStringConvertible {
    /// As it came: version, trace id, parent id and flags, 55 lower-case characters.
    public let text: String

    /// - Returns: nil for what is not well formed, which the standard says to ignore.
    public init?(_ text: String) {
        guard text.utf8.count == 55 else { return nil }
        let fields = text.split(separator: "-", omittingEmptySubsequences: false).map(\.utf8)
        guard fields.map(\.count) == [2, 32, 16, 2], fields.allSatisfy({ $0.allSatisfy(Self.isHexDigit) }),
            !fields[0].elementsEqual("ff".utf8), fields[1...2].allSatisfy({ !$0.allSatisfy(Self.isZero) })
        else { return nil }
        self.text = text
    }

    public var description: String { text }

    /// Whether the caller says that the request is being recorded.
    public var isSampled: Bool { UInt8(text.suffix(2), radix: 16).map { $0 & 1 == 1 } ?? false }

    private static func isZero(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "0") }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
