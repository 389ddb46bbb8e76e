import Engine
import Synchronization
import Testing
import Vocabulary

/// In the harness 5 points are tiny, and 6 are small.
@Suite struct InPlaceTests {
    @Test func whatIsTinyIsComputedWhereItIsRead() throws {
        let harness = Harness()
        let id = try #require(try harness.computeInPlace(.cloud(5)))
        #expect(try harness.outcome(id)?.get().statistics.pointCount == 5)
        #expect(harness.threads.startedSizes == [])
        #expect(harness.engine.status.completed == 1)
        #expect(harness.engine.status.computations.isEmpty)
        #expect(harness.engine.computeSeconds > 0.0049)
    }

    @Test func whileThreadsAreBusyToo() throws {
        let harness = Harness()
        try harness.submit(.cloud(100))
        #expect(try harness.computeInPlace(.cloud(5)) != nil)
        #expect(harness.computation.ran == [5])
    }

    @Test func whatMayTakeLongerIsLeftToTheThreads() throws {
        let harness = Harness()
        #expect(try harness.computeInPlace(.cloud(6)) == nil)
        #expect(try harness.computeInPlace(.cloud(5, representatives: true)) == nil)
        #expect(try harness.computeInPlace(.cloud(5, maxDimension: 2)) == nil)
        #expect(harness.computation.ran == [])
        #expect(harness.engine.status.cancelled == 3)
    }

    @Test func nobodyIsOvertaken() throws {
        let harness = Harness()
        try harness.submit(.cloud(10))
        try harness.submit(.cloud(10))
        #expect(try harness.computeInPlace(.cloud(5)) == nil)
        harness.threads.runAll()
        #expect(harness.computation.ran == [10, 10])
        #expect(try harness.computeInPlace(.cloud(5)) != nil)
    }

    @Test func aThreadIsIdleWhereItWouldHaveACore() throws {
        let harness = Harness(threads: 2)
        #expect(harness.engine.isThreadIdle(besides: 1))
        #expect(!harness.engine.isThreadIdle(besides: 2))
        try harness.submit(.cloud(10))
        #expect(!harness.engine.isThreadIdle(besides: 1))
    }

    @Test func aFailureIsAnAnswer() throws {
        let harness = Harness(
            computation: ScriptedComputation { _, _ throws(Failure) in throw Failure(.internal, "broken") })
        let id = try #require(try harness.computeInPlace(.cloud(5)))
        #expect(harness.failure(id)?.message == "broken")
        #expect(harness.engine.status.failed == 1)
    }

    /// A request that came meanwhile, and had no memory beside the tiny one, begins after it.
    @Test func whoWaitedForItsMemoryGoesNext() throws {
        let waiting = Mutex<(@Sendable () throws -> Void)?>(nil)
        let harness = Harness(
            budget: 50_000,
            computation: ScriptedComputation { _, _ in try? waiting.withLock { $0.take() }?() })
        waiting.withLock { $0 = { [unowned harness] in try harness.submit(.cloud(48)) } }
        #expect(try harness.computeInPlace(.cloud(5)) != nil)
        #expect(harness.threads.startedSizes == [1])
        harness.threads.runAll()
        #expect(harness.computation.ran == [5, 48])
    }
}
