import HTTPTypes
import Hummingbird
import Synchronization

/// How often each client may ask: a bucket of tokens a client, filled at a steady rate.
public struct RateLimits: Sendable {
    /// Requests a second in the long run.
    public var perSecond: Double
    /// Requests at once.
    public var burst: Int

    public init(perSecond: Double, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// Turns away clients that ask more often than `RateLimits` let them.
struct RateLimit: Sendable {
    let buckets: RateBuckets

    /// - Throws: OVERLOADED.
    func check(_ request: Request, of client: ClientName) throws(Problem) {
        guard !HealthRoutes.paths.contains(request.uri.path) else { return }
        if let wait = buckets.take(for: client, now: .now) {
            throw Problem(
                .overloaded, "too many requests with this token; wait \(wait) s", retryAfter: wait)
        }
    }
}

/// What each client may still ask for.
final class RateBuckets: Sendable {
    private struct Bucket {
        var level: Double
        var filled: ContinuousClock.Instant
    }

    private let limits: RateLimits
    /// Those that were used lately: an issuer may let in any number of subjects.
    private let buckets = Mutex<[ClientName: Bucket]>([:])

    /// More than so many are looked through for those that are full again, which need not be kept.
    private static let manyBuckets = 10_000

    init(_ limits: RateLimits) { self.limits = limits }

    /// Takes one request out of the client's bucket.
    ///
    /// - Returns: nil, or the seconds to wait, rounded up, where the bucket is empty.
    func take(for client: ClientName, now: ContinuousClock.Instant) -> Int? {
        buckets.withLock { buckets in
            if buckets.count >= Self.manyBuckets { dropFull(&buckets, now: now) }
            var bucket = buckets[client] ?? Bucket(level: Double(limits.burst), filled: now)
            let gained = (now - bucket.filled) / .seconds(1) * limits.perSecond
            bucket.level = min(bucket.level + gained, Double(limits.burst))
            bucket.filled = now
            defer { buckets[client] = bucket }
            if bucket.level >= 1 {
                bucket.level -= 1
                return nil
            }
            return Int(max(1, ((1 - bucket.level) / limits.perSecond).rounded(.up)))
        }
    }

    private func dropFull(_ buckets: inout [ClientName: Bucket], now: ContinuousClock.Instant) {
        buckets = buckets.filter { _, bucket in
            bucket.level + (now - bucket.filled) / .seconds(1) * limits.perSecond < Double(limits.burst)
        }
    }
}
