import Hardware
import Synchronization

extension Engine {
    /// Sees to it that memory which is kept for the next computation goes back to the system when none comes.
    func giveBackKeptMemory() {
        guard budget.kept > 0 else { return }
        let isFirst = state.withLock { state in
            defer { state.looksForKeptMemory = true }
            return !state.looksForKeptMemory
        }
        guard isFirst else { return }
        Task { [weak self] in
            try? await Task.sleep(for: MemoryBudget.longestKept)
            guard let self else { return }
            budget.giveBackKept(for: MemoryBudget.longestKept)
            state.withLock { $0.looksForKeptMemory = false }
            giveBackKeptMemory()
        }
    }
}
