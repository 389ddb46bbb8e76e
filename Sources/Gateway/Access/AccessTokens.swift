import Synchronization

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
    public var count: Int { tokens.count }

    /// Who shows this token; nil where it is not one of ours.
    ///
    /// Compares with every token, each in a time that depends on the candidate's length alone, so that
    /// answers do not tell how much of a guess was right.
    func client(showing candidate: Substring) -> ClientName? {
        let candidate = Array(candidate.utf8.trimmed)
        var found: ClientName?
        for token in tokens {
            var difference = UInt(bitPattern: token.count ^ candidate.count)
            for (index, byte) in candidate.enumerated() {
                difference |= UInt(byte ^ token[index % token.count])
            }
            if difference == 0 { found = ClientName(token: token) }
        }
        return found
    }
}

/// Who a client is, as far as we can tell: tells the owners of different tokens apart without giving the
/// tokens away.
struct ClientName: Hashable, Sendable {
    let text: String

    /// Everybody, where there are no tokens.
    static let anybody = ClientName(text: "")

    init(text: String) { self.text = text }

    /// The subject of a JSON Web Token, told apart from others of its name by the issuer.
    init(subject: String, of issuer: String) {
        text = "subject:" + Hex.sha256(Array("\(issuer)\0\(subject)".utf8)).prefix(32)
    }

    /// - Parameter token: its digest tells enough; it does not tell the token.
    init(token: [UInt8]) {
        text = "token:" + Hex.sha256(token).prefix(32)
    }
}

/// The tokens that are valid now, which may change while the gateway runs.
public final class TokenKeeper: Sendable {
    package typealias Tokens = (plain: AccessTokens, web: WebTokens?)

    private let tokens: Mutex<Tokens>

    public init(_ tokens: AccessTokens, _ webTokens: WebTokens? = nil) {
        self.tokens = Mutex((tokens, webTokens))
    }

    package var current: Tokens { tokens.withLock { $0 } }

    /// Lets these in from now on, and only these.
    ///
    /// - Returns: whether it did; a gateway that has tokens never gives up all of them, which would open it.
    public func replace(with new: AccessTokens, _ newWebTokens: WebTokens?) -> Bool {
        tokens.withLock { tokens in
            let (wasOpen, isOpen) = (
                tokens.plain.isEmpty && tokens.web == nil, new.isEmpty && newWebTokens == nil
            )
            guard wasOpen == isOpen else { return false }
            tokens = (new, newWebTokens)
            return true
        }
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
