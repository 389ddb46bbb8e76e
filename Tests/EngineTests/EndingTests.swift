import Engine
import Hardware
import Testing
import Vocabulary

@Suite struct EndingTests {
    /// Runs until it is stopped.
    private static let endless = ScriptedComputation { _, context throws(Failure) in
        while !context.stop.isStopped {}
        throw Failure(context.stop.reason ?? .cancelled)
    }

    @Test func aQueuedJobIsCancelledAtOnce() throws {
        let harness = Harness()
        try harness.submit(.cloud(10))
        let id = try harness.submit(.cloud(11))
        #expect(harness.engine.cancel(id))
        #expect(harness.failure(id)?.code == .cancelled)
        #expect(!harness.engine.cancel(id))
        harness.threads.runAll()
        #expect(harness.computation.ran == [10])
        #expect(harness.engine.status.cancelled == 1)
    }

    @Test func aRunningJobIsToldToStop() async throws {
        let harness = Harness(computation: Self.endless)
        let id = try harness.submit(.cloud(10))
        #expect(harness.threads.startedSizes == [1])
        #expect(harness.engine.cancel(id))
        harness.threads.runNext()
        #expect(harness.failure(id)?.code == .cancelled)
    }

    @Test func cancellingTheTaskCancelsTheComputation() async throws {
        let harness = Harness(computation: Self.endless)
        let task = Task {
            try await harness.engine.compute(.cloud(10), client: ClientID(number: 1, name: ""))
        }
        while harness.threads.startedSizes.isEmpty { await Task.yield() }
        task.cancel()
        harness.threads.runNext()
        let failure = await #expect(throws: Failure.self) { try await task.value }
        #expect(failure?.code == .cancelled)
    }

    @Test func aDeadlineStopsWhatRuns() async throws {
        let harness = Harness(computation: Self.endless)
        let id = try harness.submit(.cloud(10, timeout: .milliseconds(1)))
        harness.threads.runNext()
        #expect(harness.failure(id)?.code == .deadlineExceeded)
    }

    @Test func aDeadlineEndsWhatWaits() async throws {
        let harness = Harness()
        try harness.submit(.cloud(10))
        let id = try harness.submit(.cloud(11, timeout: .milliseconds(1)))
        while harness.outcome(id) == nil { await Task.yield() }
        #expect(harness.failure(id)?.code == .deadlineExceeded)
        harness.threads.runAll()
        #expect(harness.computation.ran == [10])
    }

    @Test func drainingLetsWhatIsThereEnd() async throws {
        let harness = Harness()
        let ids = try (10..<13).map { try harness.submit(.cloud($0)) }
        let drained = Task { await harness.engine.drain(grace: .seconds(60)) }
        while (try? harness.submit(.cloud(9))) != nil { await Task.yield() }
        let refusal = #expect(throws: Failure.self) { try harness.submit(.cloud(9)) }
        #expect(refusal?.code == .unavailable)
        harness.threads.runAll()
        await drained.value
        for id in ids { #expect(throws: Never.self) { try harness.outcome(id)?.get() } }
    }

    @Test func afterTheGraceTimeWhatIsLeftIsStopped() async throws {
        let harness = Harness(computation: Self.endless)
        let running = try harness.submit(.cloud(10))
        let waiting = try harness.submit(.cloud(11))
        let drained = Task { await harness.engine.drain(grace: .milliseconds(1)) }
        while harness.outcome(waiting) == nil { await Task.yield() }
        harness.threads.runNext()
        await drained.value
        #expect(harness.failure(running)?.code == .unavailable)
        #expect(harness.failure(waiting)?.code == .unavailable)
    }

    @Test func anEstimateComputesNothing() async throws {
        let harness = Harness(budget: 1_000_000)
        let client = ClientID(number: 1, name: "")
        let task = Task { try await harness.engine.estimate(.cloud(500, within: 1), client: client) }
        while harness.threads.startedSizes.isEmpty { await Task.yield() }
        harness.threads.runAll()
        let estimate = try await task.value
        #expect(
            estimate
                == ComputeEstimate(seconds: 0.5, memory: 500_000, admissible: true, memoryBudget: 1_000_000))
        #expect(harness.computation.ran == [])
        let hopeless = try await harness.engine.estimate(.cloud(2000), client: client)
        #expect(!hopeless.admissible)
        #expect(harness.budget.current == 0)
    }

    @Test func statusListsWhatWaitsAndWhatRuns() throws {
        let harness = Harness()
        try harness.submit(.cloud(10), client: 1)
        try harness.submit(.cloud(11), client: 2)
        let computations = harness.engine.status.computations
        #expect(computations.map(\.state) == [.running, .queued])
        #expect(computations.map(\.pointCount) == [10, 11])
        #expect(computations.map(\.client) == ["client 1", "client 2"])
        harness.threads.runAll()
    }
}
