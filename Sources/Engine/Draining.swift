import Hardware
import Synchronization
import Vocabulary

/// The engine's end.
extension Engine {
    /// Takes no further requests, gives those it has `grace` to end, and stops what is left then.
    /// Returns when nothing is running any more.
    public func drain(grace: Duration) async {
        state.withLock { $0.isDraining = true }
        let end = Task { [self] in
            guard (try? await Task.sleep(for: grace)) != nil else { return }
            let left = state.withLock { Array($0.records.keys) }
            stop(left, .cancelled, .shutDown)
        }
        await untilIdle()
        end.cancel()
    }

    /// Returns once no job is waiting or running.
    public func untilIdle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                guard !state.records.isEmpty else { return true }
                state.idleWaiters.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }

    func wakeIfIdle() {
        let waiters = state.withLock { state in
            guard state.records.isEmpty else { return [] as [CheckedContinuation<Void, Never>] }
            defer { state.idleWaiters = [] }
            return state.idleWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
