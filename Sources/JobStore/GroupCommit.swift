import Synchronization

/// Lets those who come at the same time share the cost of one commit: while a batch is under way, what comes
/// waits, and makes up the next one.
final class GroupCommit<Item: Sendable>: Sendable {
    private struct State {
        var waiting: [Item] = []
        var isRunning = false
    }

    private let state = Mutex(State())
    private let largest: Int
    private let commit: @Sendable ([Item]) async -> Void

    /// - Parameters:
    ///   - largest: how many items a batch has at most.
    ///   - commit: does a batch, and tells each item how it went. One batch is done at a time.
    init(largest: Int, commit: @escaping @Sendable ([Item]) async -> Void) {
        self.largest = largest
        self.commit = commit
    }

    func add(_ item: Item) {
        let isFirst = state.withLock { state in
            state.waiting.append(item)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFirst else { return }
        // A task of its own: what was added is done though the one who added it is cancelled.
        Task {
            while let batch = next() { await commit(batch) }
        }
    }

    /// What is to be done now; nil, once, when nothing waits.
    private func next() -> [Item]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isRunning = false
                return nil
            }
            let batch = Array(state.waiting.prefix(largest))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }
}
