import Engine
import Testing
import Vocabulary

@Suite struct FairnessTests {
    @Test func clientsTakeTurnsWhateverTheyHaveQueued() throws {
        let harness = Harness()
        for size in [10, 11, 12, 13] { try harness.submit(.cloud(size), client: 1) }
        for size in [30, 31] { try harness.submit(.cloud(size), client: 2) }
        harness.threads.runAll()
        // The second client's jobs cost three times as much, so that it waits longer for its second.
        #expect(harness.computation.ran == [10, 30, 11, 12, 31, 13])
    }

    @Test func aClientThatComesLaterIsNotMadeToWaitForTheWholeQueue() throws {
        let harness = Harness()
        for _ in 0..<50 { try harness.submit(.cloud(10), client: 1) }
        for _ in 0..<20 { harness.threads.runNext() }
        try harness.submit(.cloud(11), client: 2)
        harness.threads.runNext()
        harness.threads.runNext()
        #expect(harness.computation.ran.suffix(2).contains(11))
    }

    @Test func smallJobsPassALargeOneThatWaits() throws {
        let harness = Harness()
        let running = try harness.submit(.cloud(500), client: 1)
        harness.threads.runNext()  // looks at its numbers
        try harness.submit(.cloud(600), client: 1)
        try harness.submit(.cloud(10), client: 2)
        #expect(harness.threads.startedSizes.count == 1)
        harness.threads.runAll()
        #expect(harness.outcome(running) != nil)
        #expect(harness.computation.ran == [500, 10, 600])
    }

    @Test func largeOnesAreNotStarvedByAFloodOfSmallOnes() throws {
        let harness = Harness(queue: 1000)
        for _ in 0..<100 { try harness.submit(.cloud(10), client: 1) }
        try harness.submit(.cloud(500), client: 2)
        harness.threads.runAll()
        let place = try #require(harness.computation.ran.firstIndex(of: 500))
        #expect(place < 5)
    }

    @Test func aLargeTeamIsAskedToSpareAThread() throws {
        let harness = Harness(threads: 2)
        try harness.submit(.cloud(500), client: 1)
        harness.threads.runNext()
        #expect(harness.threads.startedSizes == [2])
        #expect(harness.threads.idleCount == 0)
        try harness.submit(.cloud(10), client: 2)
        #expect(harness.threads.startedSizes == [2])
        harness.threads.deliverRecalled()
        #expect(harness.threads.startedSizes == [2, 1])
        harness.threads.runLast()
        #expect(harness.computation.ran == [10])
    }

    @Test func whereNoThreadCanBeSparedSmallJobsTakeTheExpress() throws {
        let express = ManualThreads(1)
        let harness = Harness(threads: 1, express: express)
        try harness.submit(.cloud(500), client: 1)
        harness.threads.runNext()
        try harness.submit(.cloud(10), client: 2)
        try harness.submit(.cloud(400), client: 2)  // its numbers are looked at there too
        express.runAll()
        #expect(harness.computation.ran == [10])
        harness.threads.runAll()
        #expect(harness.computation.ran == [10, 500, 400])
    }

    @Test func aLargeJobThatWaitsForAThreadDoesNotHoldUpTheExpress() throws {
        let express = ManualThreads(1)
        let harness = Harness(threads: 1, express: express)
        try harness.submit(.cloud(500), client: 1)
        harness.threads.runNext()
        try harness.submit(.cloud(400), client: 2)
        express.runNext()  // looks at its numbers; now it waits for a thread
        for _ in 0..<3 { try harness.submit(.cloud(10), client: 3) }
        express.runAll()
        #expect(harness.computation.ran == [10, 10, 10])
        harness.threads.runAll()
        #expect(harness.computation.ran == [10, 10, 10, 500, 400])
    }

    @Test func threadsAskedForAreThreadsGiven() throws {
        let harness = Harness(threads: 4)
        try harness.submit(.cloud(500, threads: 3))
        harness.threads.runNext()
        try harness.submit(.cloud(10, threads: 4))
        #expect(harness.threads.startedSizes == [3, 1])
    }

    @Test func whatATeamMakesShortIsStillALargeJob() throws {
        let harness = Harness(threads: 4, computation: ScriptedComputation(speedUp: 4))
        // 160 ms on one thread, 40 on four; small is what takes up to 50.
        try harness.submit(.cloud(40))
        harness.threads.runNext()
        #expect(harness.threads.startedSizes == [4])
    }

    @Test func whatDoesNotFitBesideOthersWaitsForThem() throws {
        let harness = Harness(threads: 4, budget: 1_000_000)
        try harness.submit(.cloud(600, threads: 1), client: 1)
        harness.threads.runNext()
        try harness.submit(.cloud(700, threads: 1), client: 2)
        harness.threads.runLast()
        // Looked at, but not started; and a third that would fit does not overtake it.
        try harness.submit(.cloud(60, threads: 1), client: 1)
        harness.threads.runLast()
        #expect(harness.threads.startedSizes == [1])
        harness.threads.runAll()
        #expect(harness.computation.ran == [600, 700, 60])
    }
}
