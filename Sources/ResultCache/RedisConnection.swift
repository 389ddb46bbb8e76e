import CHiredis
import Glibc

/// What went wrong between here and a Redis server.
public struct RedisError: Error, Equatable, CustomStringConvertible {
    public let description: String
}

/// One connection to a Redis server. Its calls wait: make them on a thread that may.
///
/// `@unchecked Sendable` is safe as long as one thread at a time uses it, as `RedisResultCache` sees to.
final class RedisConnection: @unchecked Sendable {
    private let context: UnsafeMutablePointer<redisContext>

    /// - Parameter timeout: for connecting, and for each answer.
    init(_ url: RedisURL, timeout: Duration) throws(RedisError) {
        Self.blockBrokenPipe()
        let limit = timeval(timeout)
        let made =
            switch url.place {
            case .host(let host, let port): redisConnectWithTimeout(host, port, limit)
            case .socket(let path): redisConnectUnixWithTimeout(path, limit)
            }
        guard let made else { throw RedisError(description: "no memory for a connection") }
        context = made
        guard made.pointee.err == 0 else { throw failure }
        redisSetTimeout(context, limit)
        if let password = url.password {
            _ = try command(["AUTH"] + (url.user.map { [$0] } ?? []) + [password])
        }
        if url.database != 0 { _ = try command(["SELECT", String(url.database)]) }
    }

    deinit { redisFree(context) }

    /// hiredis writes to sockets that the server may have closed; the signal of that would end the process. Only
    /// the thread that makes connections uses them.
    private static func blockBrokenPipe() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    func get(_ key: String) throws(RedisError) -> [UInt8]? { try command(["GET", key]) }

    /// - Parameter seconds: how long the server keeps it at most.
    func set(_ key: String, _ value: [UInt8], seconds: Int) throws(RedisError) {
        _ = try command([
            Array("SET".utf8), Array(key.utf8), value, Array("EX".utf8), Array("\(seconds)".utf8),
        ])
    }

    private func command(_ words: [String]) throws(RedisError) -> [UInt8]? {
        try command(words.map { Array($0.utf8) })
    }

    /// - Returns: the text of the reply; nil where it has none.
    private func command(_ words: [[UInt8]]) throws(RedisError) -> [UInt8]? {
        // One buffer that all arguments point into.
        let bytes = words.flatMap(\.self)
        let reply = bytes.withUnsafeBufferPointer { bytes -> UnsafeMutableRawPointer? in
            var start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
            var arguments: [UnsafePointer<CChar>?] = []
            for word in words {
                arguments.append(start)
                start = start.map { $0 + word.count }
            }
            return redisCommandArgv(context, Int32(words.count), &arguments, words.map(\.count))
        }
        guard let reply else { throw failure }
        defer { freeReplyObject(reply) }
        let answer = reply.assumingMemoryBound(to: redisReply.self).pointee
        let text = answer.str.map { Array(UnsafeRawBufferPointer(start: $0, count: Int(answer.len))) }
        if answer.type == REDIS_REPLY_ERROR {
            throw RedisError(description: String(decoding: text ?? [], as: UTF8.self))
        }
        return text
    }

    private var failure: RedisError {
        RedisError(
            description: withUnsafeBytes(of: &context.pointee.errstr) { text in
                String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
            })
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
