public import Messages

/// How the gateway is set up; see `http.md` for what each means to users.
public struct GatewayConfiguration: Sendable {
    public var host = "127.0.0.1"
    public var port = 8000
    /// None, of either kind, means that everybody on this machine may call, and nobody else.
    public var tokens = AccessTokens.none
    /// Whose JSON Web Tokens are let in too.
    public var webTokens: WebTokens?
    /// Plain HTTP where nil.
    public var security: TransportSecurity?
    /// The sites whose pages may use the API from a browser, as `https://example.org`; `*` is any.
    public var allowedOrigins: Set<String> = []
    /// How often each token's owner may ask; as often as he likes where nil.
    public var rateLimits: RateLimits?
    /// The largest body of a request, uploads aside.
    public var maxBodyBytes = 64 << 20
    public var maxUploadBytes = 256 << 20
    /// Where the files of uploads lie; made if it is not there.
    public var uploadDirectory: String
    /// A request that the daemon would hold longer becomes a job.
    public var syncLimit = Duration.seconds(2)
    /// What the bodies of all requests that are held at a time may take together, uploads aside.
    public var bodyMemory = 256 << 20
    public var pace = PaceLimits()
    public var maxConnections = 4096
    /// What results may take in memory to be found again by their input.
    public var cacheBytes = 256 << 20
    /// What results that were answered in their requests may take to be found again by their job's id.
    public var recentBytes = 64 << 20
    public var jobs = JobSettings()
    /// What the topics of Kafka are called.
    public var topics = MessageTopics()

    public init(uploadDirectory: String) { self.uploadDirectory = uploadDirectory }

    /// - Throws: `GatewayConfigurationError` when others than this machine could call without a token.
    public func validate() throws(GatewayConfigurationError) {
        if tokens.isEmpty, webTokens == nil, !Self.isLoopback(host) { throw .openToTheNetwork(host: host) }
    }

    /// Only addresses that need no name service to be known as loopback.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
    }
}

/// Why the gateway does not start.
public enum GatewayConfigurationError: Error, Hashable, CustomStringConvertible {
    case openToTheNetwork(host: String)
    case badWebKeys(String)
    case badCertificate(String)

    public var description: String {
        switch self {
        case .openToTheNetwork(let host):
            "TDA_HTTP_HOST is \(host), which others can reach, but there are no tokens: "
                + "set TDA_API_TOKENS, TDA_API_TOKENS_FILE or TDA_JWT_KEYS_FILE, or listen on 127.0.0.1"
        case .badWebKeys(let reason): "TDA_JWT_KEYS_FILE: \(reason)"
        case .badCertificate(let reason): "TDA_TLS_CERTIFICATE, TDA_TLS_KEY: \(reason)"
        }
    }
}
