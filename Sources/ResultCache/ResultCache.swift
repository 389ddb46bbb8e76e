/// A result as it is kept and sent.
public struct RenderedResult: Sendable, Equatable {
    /// The HTTP contract's `results` object, without `cached`.
    public let results: [UInt8]
    /// The parameters as they were used, a JSON object.
    public let parameters: String
    public let computationMilliseconds: Double

    public init(results: [UInt8], parameters: String, computationMilliseconds: Double) {
        self.results = results
        self.parameters = parameters
        self.computationMilliseconds = computationMilliseconds
    }

    public var byteCount: Int { results.count + parameters.utf8.count }
}

/// Results that may be found again by what they were computed from. A cache promises nothing: what was put in may
/// be gone, and what fails inside only looks as if nothing were there.
public protocol ResultCache: Sendable {
    /// - Parameter key: names the input and the options; letters and digits.
    func result(for key: String) async -> RenderedResult?

    func insert(_ result: RenderedResult, for key: String) async

    var status: CacheStatus { get }

    /// Gives up what it holds outside this process.
    func close() async
}

/// How a cache does, for `/health` and `/metrics`.
public struct CacheStatus: Sendable, Equatable {
    /// `memory` or `redis`.
    public var kind: String
    public var isUp = true
    /// Results in this process's memory, and their bytes.
    public var entries = 0
    public var bytes = 0
    public var hits = 0
    public var misses = 0
    /// Requests to the cache's server that failed.
    public var errors = 0

    public init(kind: String) { self.kind = kind }
}
