import NIOPosix
import Synchronization

/// Results in a Redis server, which several gateways may share, behind a cache in this process's memory.
///
/// hiredis waits for its answers, so it has a thread of its own. A server that is down or slow costs at most one
/// time-out now and then: a circuit breaker keeps everybody else off it.
public final class RedisResultCache: ResultCache {
    private struct State {
        var breaker = CircuitBreaker()
        /// Requests that wait for the thread or are on it.
        var pending = 0
        var hits = 0
        var errors = 0
    }

    /// More than this waiting means that the server does not keep up; then it is left out.
    private static let maxPending = 256
    /// A larger result would keep the others waiting for longer than it may save.
    private static let maxValueBytes = 16 << 20

    private let memory: MemoryResultCache
    private let url: RedisURL
    private let timeout: Duration
    private let keepSeconds: Int
    private let thread: NIOThreadPool
    private let state = Mutex(State())
    /// The connection that is not in use, if there is one; only the thread takes it.
    private let idle = Mutex<RedisConnection?>(nil)
    private let onError: @Sendable (RedisError) -> Void

    /// - Parameters:
    ///   - memoryBytes: what the cache in front may take.
    ///   - timeout: for connecting, and for each answer.
    ///   - keep: how long the server keeps a result.
    ///   - onError: called with each failure.
    public init(
        _ url: RedisURL, memoryBytes: Int, timeout: Duration = .milliseconds(250), keep: Duration,
        onError: @escaping @Sendable (RedisError) -> Void = { _ in }
    ) {
        self.url = url
        self.timeout = timeout
        self.onError = onError
        memory = MemoryResultCache(maxBytes: memoryBytes)
        keepSeconds = Int(max(1, keep / .seconds(1)))
        thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
    }

    public var status: CacheStatus {
        var status = memory.status
        status.kind = "redis"
        state.withLock { state in
            status.isUp = state.breaker.isUp
            // What was found at the server was missed in memory.
            status.hits += state.hits
            status.misses -= state.hits
            status.errors = state.errors
        }
        return status
    }

    public func result(for key: String) async -> RenderedResult? {
        if let known = memory.result(for: key) { return known }
        let name = Self.name(of: key)
        guard let value = await ask({ connection throws(RedisError) in try connection.get(name) }) ?? nil,
            let result = RenderedResult(encoded: value)
        else { return nil }
        state.withLock { $0.hits += 1 }
        memory.insert(result, for: key)
        return result
    }

    public func insert(_ result: RenderedResult, for key: String) async {
        memory.insert(result, for: key)
        guard result.byteCount <= Self.maxValueBytes else { return }
        let (name, value, seconds) = (Self.name(of: key), result.encoded, keepSeconds)
        await ask { connection throws(RedisError) in try connection.set(name, value, seconds: seconds) }
    }

    public func close() async {
        idle.withLock { $0 = nil }
        try? await thread.shutdownGracefully()
    }

    /// The version is that of `RenderedResult.encoded`.
    private static func name(of key: String) -> String { "tda:result:1:\(key)" }

    /// Runs `body` on the thread.
    ///
    /// - Returns: nil when the server is not to be asked now, or did not answer.
    @discardableResult
    private func ask<Value: Sendable>(
        _ body: @escaping @Sendable (RedisConnection) throws(RedisError) -> Value
    ) async -> Value? {
        let mayAsk = state.withLock { state in
            guard state.pending < Self.maxPending, state.breaker.mayAsk(now: .now) else { return false }
            state.pending += 1
            return true
        }
        guard mayAsk else { return nil }
        defer { state.withLock { $0.pending -= 1 } }
        return try? await thread.runIfActive { [self] in
            // Those who waited behind a failure need not run into it too.
            guard state.withLock({ $0.breaker.mayAsk(now: .now) }) else { return nil }
            do throws(RedisError) {
                let value = try withConnection(body)
                state.withLock { $0.breaker.succeeded() }
                return value
            } catch {
                state.withLock { state in
                    state.breaker.failed(now: .now)
                    state.errors += 1
                }
                onError(error)
                return nil
            }
        }
    }

    /// Over the connection that there is, or a new one where there is none or it turns out to be lost, as it does
    /// after the server was restarted.
    private func withConnection<Value>(
        _ body: (RedisConnection) throws(RedisError) -> Value
    ) throws(RedisError) -> Value {
        let kept = idle.withLock { idle in
            defer { idle = nil }
            return idle
        }
        if let kept, let value = try? body(kept) {
            idle.withLock { $0 = kept }
            return value
        }
        let fresh = try RedisConnection(url, timeout: timeout)
        let value = try body(fresh)
        idle.withLock { $0 = fresh }
        return value
    }
}
