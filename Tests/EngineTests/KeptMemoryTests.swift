import Engine
import Hardware
import Testing
import Vocabulary

@Suite struct KeptMemoryTests {
    /// What is kept for the next computation goes back to the system when none comes.
    @Test(.timeLimit(.minutes(2)))
    func anIdleEngineKeepsNothing() async throws {
        let bytes = 4 << 20
        let harness = Harness(
            budget: 1 << 30,
            computation: ScriptedComputation { _, context throws(Failure) in
                do throws(MemoryBudgetExceeded) {
                    context.memory.free(try context.memory.allocate(bytes), bytes)
                } catch {
                    throw Failure(error, held: context.memory.current)
                }
            })
        try harness.submit(.cloud(10))
        harness.threads.runAll()
        #expect(harness.budget.kept == bytes)
        while harness.budget.kept > 0 { try await Task.sleep(for: .milliseconds(20)) }
    }
}
