import ResultCache
import Testing

/// What every cache does.
@Suite struct ResultCacheTests {
    static let some = RenderedResult(
        results: Array(#"{"persistence_pairs":[]}"#.utf8), parameters: #"{"metric":"euclidean"}"#,
        computationMilliseconds: 1.25)

    static func big(_ count: Int) -> RenderedResult {
        RenderedResult(
            results: [UInt8](repeating: 7, count: count), parameters: "{}", computationMilliseconds: 0)
    }

    private func check(_ cache: any ResultCache) async {
        #expect(await cache.result(for: "a") == nil)
        await cache.insert(Self.some, for: "a")
        await cache.insert(Self.big(0), for: "b")
        #expect(await cache.result(for: "a") == Self.some)
        #expect(await cache.result(for: "b") == Self.big(0))
        #expect(await cache.result(for: "c") == nil)
        // The result of a key does not change.
        await cache.insert(Self.big(1), for: "a")
        #expect(await cache.result(for: "a") == Self.some)
        let status = cache.status
        #expect(status.isUp)
        #expect((status.hits, status.misses) == (3, 2))
        #expect(status.entries == 2)
        await cache.close()
    }

    @Test func memoryKeepsResults() async { await check(MemoryResultCache(maxBytes: 1 << 20)) }

    @Test(.enabled(if: RedisServer.program != nil, "redis-server is not installed"))
    func redisKeepsResults() async throws {
        let server = try RedisServer()
        let url = try #require(RedisURL(server.url))
        await check(RedisResultCache(url, memoryBytes: 1 << 20, keep: .seconds(60)))
    }

    @Test func memoryDropsWhatWasNotAskedForLongest() {
        let cache = MemoryResultCache(maxBytes: 3 * (1000 + 2 + 512))
        for key in ["a", "b", "c"] { cache.insert(Self.big(1000), for: key) }
        #expect(cache.result(for: "a") != nil)
        cache.insert(Self.big(1000), for: "d")
        #expect(cache.result(for: "b") == nil)
        for key in ["a", "c", "d"] { #expect(cache.result(for: key) != nil, "\(key)") }
        cache.insert(Self.big(5000), for: "too large")
        #expect(cache.status.entries == 3)
        for _ in 0..<1000 { _ = cache.result(for: "a") }
        cache.insert(Self.big(1000), for: "e")
        #expect(cache.result(for: "c") == nil)
        #expect(cache.status.bytes == 3 * (1000 + 2 + 512))
    }
}
