import Engine
import Hardware
import Synchronization

/// Threads that run nothing until the test says so, one job at a time, on the test's own thread.
final class ManualThreads: ComputeThreads {
    struct Started {
        let size: Int
        /// Threads that it holds: its leader, and as many helpers as were idle.
        var held: Int
        let released: @Sendable () -> Void
        let body: @Sendable (any Team) -> Void
    }

    struct State {
        var idle: Int
        var started: [Started] = []
        var recalled: [@Sendable () -> Void] = []
    }

    let threadCount: Int
    private let state: Mutex<State>

    init(_ count: Int) {
        threadCount = count
        state = Mutex(State(idle: count))
    }

    var idleCount: Int { state.withLock { $0.idle } }
    /// The team sizes of the jobs that wait for `runNext`, oldest first.
    var startedSizes: [Int] { state.withLock { $0.started.map(\.size) } }

    func start(
        teamOf size: Int, whenReleased: @escaping @Sendable () -> Void,
        _ body: @escaping @Sendable (any Team) -> Void
    ) -> Bool {
        state.withLock { state in
            guard state.idle > 0 else { return false }
            let held = min(size, state.idle)
            state.idle -= held
            state.started.append(Started(size: size, held: held, released: whenReleased, body: body))
            return true
        }
    }

    func recall() -> Bool {
        state.withLock { state in
            guard let index = state.started.firstIndex(where: { $0.held > 1 }) else { return false }
            state.started[index].held -= 1
            state.recalled.append(state.started[index].released)
            return true
        }
    }

    func reinforce() {}

    /// Lets the threads that were recalled come back.
    func deliverRecalled() {
        let recalled = state.withLock { state in
            state.idle += state.recalled.count
            defer { state.recalled = [] }
            return state.recalled
        }
        for released in recalled { released() }
    }

    /// Runs what was started first, to its end; false when nothing was.
    @discardableResult
    func runNext() -> Bool { run(at: 0) }

    /// Runs what was started last, as when what was started before it takes longer.
    @discardableResult
    func runLast() -> Bool { run(at: startedSizes.count - 1) }

    func runAll() { while runNext() {} }

    private func run(at index: Int) -> Bool {
        let next = state.withLock { $0.started.indices.contains(index) ? $0.started[index] : nil }
        guard let next else { return false }
        next.body(CallingThread())
        state.withLock { state in
            // Recalled helpers have gone their own way.
            state.idle += state.started.remove(at: index).held
        }
        next.released()
        return true
    }
}
