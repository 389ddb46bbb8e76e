import ResultCache
import Synchronization
import Testing

/// A real Redis server, well and unwell.
@Suite(.enabled(if: RedisServer.program != nil, "redis-server is not installed"))
struct RedisResultCacheTests {
    /// A cache that keeps nothing in memory, so that the server is asked each time.
    private func cache(
        _ server: RedisServer, memoryBytes: Int = 0, timeout: Duration = .seconds(60)
    ) throws -> RedisResultCache {
        RedisResultCache(
            try #require(RedisURL(server.url)), memoryBytes: memoryBytes, timeout: timeout,
            keep: .seconds(600))
    }

    @Test func showsResultsToAnotherGateway() async throws {
        let server = try RedisServer()
        let (one, other) = (try cache(server), try cache(server, memoryBytes: 1 << 20))
        await one.insert(ResultCacheTests.some, for: "a")
        #expect(await one.result(for: "a") == ResultCacheTests.some)
        #expect(await other.result(for: "a") == ResultCacheTests.some)
        // It is near now.
        server.kill()
        #expect(await other.result(for: "a") == ResultCacheTests.some)
        await one.close()
        await other.close()
    }

    @Test func looksEmptyWhileTheServerIsAway() async throws {
        let server = try RedisServer()
        let cache = try cache(server)
        await cache.insert(ResultCacheTests.some, for: "a")
        server.kill()
        for _ in 0..<1000 {
            #expect(await cache.result(for: "a") == nil)
            await cache.insert(ResultCacheTests.some, for: "a")
        }
        #expect(!cache.status.isUp)
        // Hardly any of these 2000 asked.
        #expect((1...20).contains(cache.status.errors))
        await cache.close()
    }

    @Test func findsAServerThatWasStartedAgain() async throws {
        let server = try RedisServer()
        let cache = try cache(server)
        await cache.insert(ResultCacheTests.some, for: "a")
        server.kill()
        try server.start()
        // The old connection is lost; a new one is made at once.
        #expect(await cache.result(for: "a") == nil)
        await cache.insert(ResultCacheTests.some, for: "a")
        #expect(await cache.result(for: "a") == ResultCacheTests.some)
        #expect(cache.status.errors == 0)
        await cache.close()
    }

    @Test func waitsNoLongerThanItsTimeOut() async throws {
        let server = try RedisServer()
        let cache = try cache(server, timeout: .milliseconds(100))
        server.freeze()
        await withDiscardingTaskGroup { group in
            for _ in 0..<50 { group.addTask { #expect(await cache.result(for: "a") == nil) } }
        }
        // Not each of the fifty waits for a time-out of its own.
        #expect((1...5).contains(cache.status.errors))
        server.thaw()
        await cache.close()
    }

    @Test func signsInAndChoosesItsDatabase() async throws {
        let server = try RedisServer(["--requirepass", "s3cret"])
        let errors = Mutex<[String]>([])
        let cache = RedisResultCache(
            try #require(RedisURL(server.url)), memoryBytes: 0, timeout: .seconds(60), keep: .seconds(600)
        ) { error in errors.withLock { $0.append(error.description) } }
        #expect(await cache.result(for: "a") == nil)
        #expect(errors.withLock { $0.first }?.contains("NOAUTH") == true)
        await cache.close()

        var url = try #require(RedisURL(server.url))
        url.password = "s3cret"
        url.database = 3
        let signedIn = RedisResultCache(url, memoryBytes: 0, timeout: .seconds(60), keep: .seconds(600))
        await signedIn.insert(ResultCacheTests.some, for: "a")
        #expect(await signedIn.result(for: "a") == ResultCacheTests.some)
        await signedIn.close()
    }
}

@Suite struct RedisURLTests {
    @Test func readsURLs() throws {
        let full = try #require(RedisURL("redis://me:p%40ss@cache.example:7000/2"))
        #expect(full.place == .host("cache.example", port: 7000))
        #expect(full.user == "me")
        #expect(full.password == "p@ss")
        #expect(full.database == 2)
        let short = try #require(RedisURL("redis://localhost"))
        #expect(short.place == .host("localhost", port: 6379))
        #expect(short.password == nil)
        #expect(RedisURL("redis://:s@[::1]:1/")?.place == .host("::1", port: 1))
        #expect(RedisURL("redis://[::1]")?.place == .host("::1", port: 6379))
        #expect(RedisURL("unix:///run/redis.sock")?.place == .socket(path: "/run/redis.sock"))
    }

    @Test(arguments: [
        "", "redis://", "http://localhost", "redis://h:0", "redis://h:x", "redis://h/one",
        "redis://me@h", "rediss://h", "unix://relative", "redis://:%zz@h", "redis://h/-1",
    ])
    func refusesWhatIsNone(text: String) { #expect(RedisURL(text) == nil) }
}
