import DequeModule
import Synchronization

/// Results in memory, within a bound on their bytes: the one not asked for longest goes first.
public final class MemoryResultCache: ResultCache {
    fileprivate struct Entry {
        let result: RenderedResult
        /// When it was last asked for, counted in requests.
        var lastUse: UInt64
    }

    fileprivate struct State {
        var entries: [String: Entry] = [:]
        /// The keys in the order of their uses; a key that was used again stands there more than once.
        var uses: Deque<(key: String, use: UInt64)> = []
        var clock: UInt64 = 0
        var byteCount = 0
        var hits = 0
        var misses = 0
    }

    private let state = Mutex(State())
    private let maxBytes: Int

    public init(maxBytes: Int) { self.maxBytes = maxBytes }

    public var status: CacheStatus {
        state.withLock { state in
            var status = CacheStatus(kind: "memory")
            status.entries = state.entries.count
            status.bytes = state.byteCount
            status.hits = state.hits
            status.misses = state.misses
            return status
        }
    }

    public func result(for key: String) -> RenderedResult? {
        state.withLock { state -> RenderedResult? in
            guard let entry = state.entries[key] else {
                state.misses += 1
                return nil
            }
            state.hits += 1
            state.touch(key)
            return entry.result
        }
    }

    public func insert(_ result: RenderedResult, for key: String) {
        let size = Self.size(of: result)
        guard size <= maxBytes else { return }
        state.withLock { state in
            guard state.entries[key] == nil else { return }
            state.entries[key] = Entry(result: result, lastUse: 0)
            state.byteCount += size
            state.touch(key)
            while state.byteCount > maxBytes, let oldest = state.uses.popFirst() {
                guard let entry = state.entries[oldest.key], entry.lastUse == oldest.use else { continue }
                state.entries[oldest.key] = nil
                state.byteCount -= Self.size(of: entry.result)
            }
        }
    }

    public func close() {}

    /// With what the tables around it take.
    private static func size(of result: RenderedResult) -> Int { result.byteCount + 512 }
}

extension MemoryResultCache.State {
    fileprivate mutating func touch(_ key: String) {
        clock += 1
        entries[key]?.lastUse = clock
        uses.append((key, clock))
        // Keep the list of uses in proportion to what it is about.
        if uses.count > 4 * entries.count + 64 {
            uses.removeAll { entries[$0.key]?.lastUse != $0.use }
        }
    }
}
