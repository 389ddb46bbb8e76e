/// The tokens that open the gateway.
public struct AccessTokens: Sendable {
    private let tokens: [[UInt8]]

    public static let none = AccessTokens([])

    /// Blanks around a token are dropped, empty ones too.
    public init(_ tokens: [String]) {
        self.tokens = tokens.map { Array($0.utf8.trimmed) }.filter { !$0.isEmpty }
    }

    /// Tokens separated by commas, as in `TDA_API_TOKENS`.
    public init(commaSeparated text: String) {
        self.init(text.split(separator: ",").map(String.init))
    }

    /// One token a line; lines that start with `#` are comments.
    public init(lines text: String) {
        self.init(text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.hasPrefix("#") })
    }

    public static func + (a: Self, b: Self) -> Self { AccessTokens(bytes: a.tokens + b.tokens) }

    private init(bytes: [[UInt8]]) { tokens = bytes }

    public var isEmpty: Bool { tokens.isEmpty }

    /// Compares with every token, each in a time that depends on the candidate's length alone, so that
    /// answers do not tell how much of a guess was right.
    func contains(_ candidate: Substring) -> Bool {
        let candidate = Array(candidate.utf8.trimmed)
        var found = false
        for token in tokens {
            var difference = UInt(bitPattern: token.count ^ candidate.count)
            for (index, byte) in candidate.enumerated() {
                difference |= UInt(byte ^ token[index % token.count])
            }
            if difference == 0 { found = true }
        }
        return found
    }
}

extension BidirectionalCollection<UInt8> {
    fileprivate var trimmed: SubSequence {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = firstIndex(where: { !isBlank($0) }),
            let last = lastIndex(where: { !isBlank($0) })
        else { return self[endIndex...] }
        return self[first...last]
    }
}
