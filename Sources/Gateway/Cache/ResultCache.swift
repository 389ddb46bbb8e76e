import DequeModule
import Synchronization

/// Results in memory, within a bound on their bytes: the one not asked for longest goes first.
///
/// Identical computations at the same time are done once; each who waits may give up alone, and the last
/// one who does cancels it.
final class ResultCache: Sendable {
    fileprivate struct Entry {
        let result: RenderedResult
        /// When it was last asked for, counted in requests.
        var lastUse: UInt64
    }

    fileprivate struct Flight {
        let id: UInt64
        let task: Task<RenderedResult, any Error>
        var waiting: Int
    }

    fileprivate struct State {
        var entries: [ResultKey: Entry] = [:]
        /// The keys in the order of their uses; a key that was used again stands there more than once.
        var uses: Deque<(key: ResultKey, use: UInt64)> = []
        var flights: [ResultKey: Flight] = [:]
        var clock: UInt64 = 0
        var byteCount = 0
        var hits = 0
        var misses = 0
    }

    private let state = Mutex(State())
    private let maxBytes: Int

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    struct Counts {
        let entries: Int
        let bytes: Int
        let hits: Int
        let misses: Int
    }

    var counts: Counts {
        state.withLock { state in
            Counts(
                entries: state.entries.count, bytes: state.byteCount, hits: state.hits,
                misses: state.misses)
        }
    }

    func result(for key: ResultKey) -> RenderedResult? {
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

    func insert(_ result: RenderedResult, for key: ResultKey) {
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

    /// What `compute` makes, once for all who ask meanwhile; or the cached result, if it came in between.
    func join(
        _ key: ResultKey, compute: @escaping @Sendable () async throws -> RenderedResult
    ) async throws -> (result: RenderedResult, cached: Bool) {
        if let known = state.withLock({ $0.entries[key]?.result }) { return (known, true) }
        let flight = flight(for: key, compute)
        let result = try await withTaskCancellationHandler {
            try await flight.task.value
        } onCancel: {
            leave(key, flight: flight.id)
        }
        return (result, false)
    }

    private func flight(
        for key: ResultKey, _ compute: @escaping @Sendable () async throws -> RenderedResult
    ) -> Flight {
        state.withLock { state in
            if var flight = state.flights[key] {
                flight.waiting += 1
                state.flights[key] = flight
                return flight
            }
            state.clock += 1
            let id = state.clock
            let task = Task {
                defer { land(key, flight: id) }
                let result = try await compute()
                insert(result, for: key)
                return result
            }
            let flight = Flight(id: id, task: task, waiting: 1)
            state.flights[key] = flight
            return flight
        }
    }

    private func leave(_ key: ResultKey, flight id: UInt64) {
        let abandoned = state.withLock { state -> Flight? in
            guard var flight = state.flights[key], flight.id == id else { return nil }
            flight.waiting -= 1
            state.flights[key] = flight.waiting > 0 ? flight : nil
            return flight.waiting > 0 ? nil : flight
        }
        abandoned?.task.cancel()
    }

    private func land(_ key: ResultKey, flight id: UInt64) {
        state.withLock { state in
            if state.flights[key]?.id == id { state.flights[key] = nil }
        }
    }

    /// With what the tables around it take.
    private static func size(of result: RenderedResult) -> Int { result.byteCount + 512 }
}

extension ResultCache.State {
    fileprivate mutating func touch(_ key: ResultKey) {
        clock += 1
        entries[key]?.lastUse = clock
        uses.append((key, clock))
        // Keep the list of uses in proportion to what it is about.
        if uses.count > 4 * entries.count + 64 {
            uses.removeAll { entries[$0.key]?.lastUse != $0.use }
        }
    }
}
