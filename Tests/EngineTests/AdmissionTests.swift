import Engine
import Hardware
import Testing
import Vocabulary

@Suite struct AdmissionTests {
    @Test func aResultSaysWhatWasReckonedAndWhatWasHeld() throws {
        let harness = Harness(
            computation: ScriptedComputation { _, context throws(Failure) in
                do throws(MemoryBudgetExceeded) {
                    try context.memory.reserve(5000)
                } catch {
                    throw Failure(error, held: context.memory.current)
                }
                context.memory.release(5000)
            })
        let id = try harness.submit(.cloud(10))
        harness.threads.runAll()
        let statistics = try #require(try harness.outcome(id)?.get()).statistics
        #expect(statistics.estimatedMemory == 10_000)
        #expect(statistics.peakMemory == 5000 + 10 * 4)
        #expect(statistics.queueSeconds >= 0)
        #expect(harness.engine.status.completed == 1)
    }

    @Test func whatCannotFitIsRefusedByItsShapeAlone() throws {
        let harness = Harness(budget: 100_000)
        let failure = #expect(throws: Failure.self) { try harness.submit(.cloud(101)) }
        #expect(failure?.code == .resourceExhausted)
        #expect(failure?.details == ["estimate": "101000", "budget": "100000"])
        #expect(harness.engine.status.refused == 1)
        #expect(harness.budget.current == 0)
    }

    @Test func whatTurnsOutTooLargeIsRefusedOnceItsNumbersAreThere() throws {
        let harness = Harness(budget: 100_000)
        let id = try harness.submit(.cloud(101, within: 1))
        harness.threads.runAll()
        #expect(harness.failure(id)?.code == .resourceExhausted)
        #expect(harness.computation.ran == [])
    }

    @Test func aFullQueueIsSaidWithATimeToComeBack() throws {
        let harness = Harness(queue: 2)
        for _ in 0..<3 { try harness.submit(.cloud(10)) }
        let failure = #expect(throws: Failure.self) { try harness.submit(.cloud(10)) }
        #expect(failure?.code == .overloaded)
        #expect(try #require(failure?.retryAfter) >= .milliseconds(50))
        harness.threads.runNext()
        #expect(throws: Never.self) { try harness.submit(.cloud(10)) }
    }

    @Test func announcedRequestsCountAgainstTheQueueAndTheBudget() throws {
        let harness = Harness(budget: 100_000, queue: 1)
        let request = try ComputeRequest.cloud(10)
        let job = try harness.engine.admit(
            request.input.shape, request.options, client: ClientID(number: 1, name: ""))
        #expect(harness.budget.current == 40)
        #expect(throws: Failure.self) { try harness.submit(.cloud(10)) }
        #expect(harness.engine.cancel(job.id))
        #expect(harness.budget.current == 0)
        #expect(throws: Never.self) { try harness.submit(.cloud(10)) }
    }

    @Test func numbersThatAreNoInputFailThatRequestAlone() throws {
        let harness = Harness()
        let shape = try ComputeRequest.cloud(3).input.shape
        let job = try harness.engine.admit(
            shape, .vietorisRips(VietorisRipsOptions()), client: ClientID(number: 1, name: ""))
        let (outcomes, continuation) = AsyncStream.makeStream(of: Result<ComputeResult, Failure>.self)
        _ = outcomes
        harness.engine.submit(
            job, { () throws(InvalidInput) in throw InvalidInput.notFinite("points[1][0]") }
        ) {
            continuation.yield($0)
            if case .failure(let failure) = $0 {
                #expect(failure.code == .invalidArgument)
                #expect(failure.message.contains("points[1][0]"))
            } else {
                Issue.record("it computed")
            }
        }
        let good = try harness.submit(.cloud(3))
        harness.threads.runAll()
        #expect(try harness.outcome(good)?.get().statistics.pointCount == 3)
        #expect(harness.engine.status.failed == 1)
    }

    @Test func allMemoryComesBack() throws {
        let harness = Harness()
        let ids = try (0..<5).map { _ in try harness.submit(.cloud(10)) }
        #expect(harness.budget.current == 5 * 40)
        harness.engine.cancel(ids[3])
        harness.threads.runAll()
        #expect(harness.budget.current == 0)
        #expect(harness.engine.status.computations == [])
    }
}
