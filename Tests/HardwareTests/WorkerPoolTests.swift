import Glibc
import Hardware
import Synchronization
import Testing
import Vocabulary

@Suite struct WorkerPoolTests {
    let topology: Topology

    init() throws { topology = try Topology() }

    /// Runs `body` on a team and returns what it returns.
    private func onTeam<Value: Sendable>(
        of size: Int, in pool: WorkerPool, _ body: @escaping @Sendable (any Team) -> Value
    ) async throws -> Value {
        try #require(await pool.run(teamOf: size, body))
    }

    @Test(arguments: [1, 2, 3, 8])
    func eachWorkerRunsOnceInEveryRound(size: Int) async throws {
        let pool = try WorkerPool(topology: topology, threads: size)
        let counts = try await onTeam(of: size, in: pool) { team in
            let counts = Counters(team.size)
            for _ in 0..<10_000 { team.run { worker in counts.increment(worker) } }
            return counts.values
        }
        #expect(counts == Array(repeating: 10_000, count: size))
    }

    @Test func workerZeroIsTheCallingThread() async throws {
        let pool = try WorkerPool(topology: topology, threads: 3)
        let same = try await onTeam(of: 3, in: pool) { team in
            let caller = pthread_self()
            let isSame = Atomic<Bool>(true)
            for _ in 0..<1000 {
                team.run { worker in
                    if worker == 0, pthread_self() != caller { isSame.store(false, ordering: .relaxed) }
                }
            }
            return isSame.load(ordering: .relaxed)
        }
        #expect(same)
    }

    @Test(arguments: [1, 2, 4], [false, true])
    func chunksCoverEverythingOnce(size: Int, tapers: Bool) async throws {
        let pool = try WorkerPool(topology: topology, threads: size)
        for (count, chunk) in [(0, 5), (1, 5), (5, 5), (1003, 10), (1000, 10_000)] {
            let visits = try await onTeam(of: size, in: pool) { team in
                let visits = Counters(count)
                team.forEachChunk(of: count, by: chunk, tapers: tapers) { _, range in
                    for index in range { visits.increment(index) }
                }
                return visits.values
            }
            #expect(visits == Array(repeating: 1, count: count))
        }
    }

    @Test func aStoppedComputationTakesNoFurtherChunk() async throws {
        let pool = try WorkerPool(topology: topology, threads: 2)
        let stop = StopSignal()
        let done = try await onTeam(of: 2, in: pool) { team in
            let done = Atomic<Int>(0)
            team.forEachChunk(of: 1_000_000, by: 1, stop: stop) { _, range in
                if done.add(1, ordering: .relaxed).newValue == 10 { stop.stop(.cancelled) }
            }
            return done.load(ordering: .relaxed)
        }
        #expect((10...11).contains(done))
    }

    @Test func eachThreadIsPinnedToACoreOfItsOwn() async throws {
        let pool = try WorkerPool(topology: topology)
        try #require(pool.isPinned)
        #expect(pool.threadCount == topology.cores.count)

        // All workers at once, so that each shows its own thread.
        let everyoneIsHere = Rendezvous(pool.threadCount)
        let affinities = Mutex<Set<[Int]>>([])
        for _ in 0..<pool.threadCount {
            let started = pool.start(teamOf: 1) { _ in
                _ = affinities.withLock { $0.insert(affinityOfCallingThread()) }
                everyoneIsHere.arrive()
                everyoneIsHere.wait()
            }
            #expect(started)
        }
        await everyoneIsHere.arrived()
        #expect(affinities.withLock { $0 } == Set(topology.cores.map(\.processors)))
    }

    @Test func moreThreadsThanCoresAreLeftFree() throws {
        let pool = try WorkerPool(topology: topology, threads: topology.cores.count + 1)
        #expect(pool.isPinned == false)
        #expect(pool.threadCount == topology.cores.count + 1)
    }

    @Test func aFullPoolRefuses() async throws {
        let pool = try WorkerPool(topology: topology, threads: 2)
        let gate = Gate()
        let released = Signal()
        #expect(pool.start(teamOf: 2, whenReleased: { released.send() }) { _ in gate.wait() })
        #expect(pool.idleCount == 0)
        #expect(pool.start(teamOf: 1) { _ in } == false)
        #expect(await pool.run(teamOf: 1) { _ in 1 } == nil)

        gate.open()
        await released.received { pool.idleCount == 2 }
        #expect(await pool.run(teamOf: 2) { $0.size } == 2)
    }

    @Test func manySmallTeamsRunSideBySide() async throws {
        let pool = try WorkerPool(topology: topology, threads: 3)
        let released = Signal()
        let total = Atomic<Int>(0)
        for number in 1...500 {
            while true {
                let size = number % 3 + 1
                let started = pool.start(teamOf: size, whenReleased: { released.send() }) { team in
                    team.forEachChunk(of: number, by: 7) { _, range in
                        total.add(range.count, ordering: .relaxed)
                    }
                }
                if started { break }
                await released.received { pool.idleCount > 0 }
            }
        }
        await released.received { pool.idleCount == 3 }
        #expect(total.load(ordering: .relaxed) == 500 * 501 / 2)
    }

    @Test func aRecalledHelperLeavesNothingUndone() async throws {
        let pool = try WorkerPool(topology: topology, threads: 2)
        let released = Signal()
        let visits = Counters(100_000)
        let leaderIsIn = Gate()
        let anotherHasRun = Gate()
        #expect(
            pool.start(teamOf: 2, whenReleased: { released.send() }) { team in
                team.forEachChunk(of: 100_000, by: 1) { worker, range in
                    visits.increment(range.lowerBound)
                    // The large computation cannot end before another one has been let in.
                    if worker == 0 {
                        leaderIsIn.open()
                        anotherHasRun.wait()
                    } else {
                        leaderIsIn.wait()
                    }
                }
            })
        #expect(pool.recall())
        await released.received { pool.idleCount == 1 }
        #expect(pool.recall() == false, "the leader itself is never recalled")
        #expect(await pool.run(teamOf: 1) { _ in 42 } == 42)

        anotherHasRun.open()
        await released.received { pool.idleCount == 2 }
        #expect(visits.values == Array(repeating: 1, count: 100_000))
    }

    @Test func idleWorkersReinforceATeamThatStartedSmall() async throws {
        let pool = try WorkerPool(topology: topology, threads: 2)
        let small = Gate()
        let released = Signal()
        #expect(pool.start(teamOf: 1, whenReleased: { released.send() }) { _ in small.wait() })

        let bothThreads = Rendezvous(2)
        #expect(
            pool.start(teamOf: 2, whenReleased: { released.send() }) { team in
                // Two chunks that wait for each other: they end once a second thread has come.
                team.forEachChunk(of: 2, by: 1) { _, _ in
                    bothThreads.arrive()
                    bothThreads.wait()
                }
            })
        small.open()
        await released.received { pool.idleCount == 1 }
        pool.reinforce()
        await released.received { pool.idleCount == 2 }
    }

    @Test func aPoolEndsItsThreads() async throws {
        let before = threadsOfThisProcess()
        for _ in 0..<20 {
            let pool = try WorkerPool(topology: topology, threads: 4)
            #expect(await pool.run(teamOf: 4) { $0.size } == 4)
        }
        // Other tests' pools come and go meanwhile; eighty threads would show.
        var now = threadsOfThisProcess()
        for _ in 0..<1000 where now > before + 40 {
            await Task.yield()
            now = threadsOfThisProcess()
        }
        #expect(now <= before + 40)
    }
}
