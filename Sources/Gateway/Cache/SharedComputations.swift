import ResultCache
import Synchronization

/// The results of computations, from the cache or from a computation that is under way already.
///
/// Identical computations at the same time are done once; each who waits may give up alone, and the last
/// one who does cancels it.
final class SharedComputations: Sendable {
    private struct Flight {
        let id: UInt64
        let task: Task<RenderedResult, any Error>
        var waiting: Int
    }

    private struct State {
        var flights: [String: Flight] = [:]
        var flightCount: UInt64 = 0
        var joined = 0
    }

    let cache: any ResultCache
    private let state = Mutex(State())

    init(cache: any ResultCache) { self.cache = cache }

    /// How many requests took part in another one's computation.
    var joinedCount: Int { state.withLock { $0.joined } }

    func result(for key: ResultKey) async -> RenderedResult? { await cache.result(for: key.text) }

    func insert(_ result: RenderedResult, for key: ResultKey) async {
        await cache.insert(result, for: key.text)
    }

    /// What `compute` makes, once for all who ask meanwhile.
    ///
    /// - Parameter executor: where that is awaited, if this request is the first.
    func join(
        _ key: ResultKey, on executor: (any TaskExecutor)?,
        compute: @escaping @Sendable () async throws -> RenderedResult
    ) async throws -> RenderedResult {
        let flight = flight(for: key.text, executor, compute)
        return try await withTaskCancellationHandler {
            try await flight.task.value
        } onCancel: {
            leave(key.text, flight: flight.id)
        }
    }

    private func flight(
        for key: String, _ executor: (any TaskExecutor)?,
        _ compute: @escaping @Sendable () async throws -> RenderedResult
    ) -> Flight {
        state.withLock { state in
            if var flight = state.flights[key] {
                flight.waiting += 1
                state.flights[key] = flight
                state.joined += 1
                return flight
            }
            state.flightCount += 1
            let id = state.flightCount
            let task = Task(executorPreference: executor) { [self] in
                defer { land(key, flight: id) }
                let result = try await compute()
                await cache.insert(result, for: key)
                return result
            }
            let flight = Flight(id: id, task: task, waiting: 1)
            state.flights[key] = flight
            return flight
        }
    }

    private func leave(_ key: String, flight id: UInt64) {
        let abandoned = state.withLock { state -> Flight? in
            guard var flight = state.flights[key], flight.id == id else { return nil }
            flight.waiting -= 1
            state.flights[key] = flight.waiting > 0 ? flight : nil
            return flight.waiting > 0 ? nil : flight
        }
        abandoned?.task.cancel()
    }

    private func land(_ key: String, flight id: UInt64) {
        state.withLock { state in
            if state.flights[key]?.id == id { state.flights[key] = nil }
        }
    }
}
