import Hardware
import HomologyOracle
import PersistentHomology
import RipsTrials
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// What a computation promises besides its barcode: that it stops, tells how far it is, keeps to its
/// memory, and says what it did.
struct ContractTests {
    static let small = RipsCase(.sphere, count: 60, seed: 3, maxDimension: 2)
    /// Hours of work, where nobody stops it.
    static let endless = RipsCase(.symmetric, count: 300, seed: 3, maxDimension: 5)

    // MARK: Stopping

    @Test(arguments: [1, 2, 3], [StopReason.cancelled, .deadlineExceeded])
    func aComputationStoppedBeforehandDoesNotStart(threads: Int, reason: StopReason) {
        let context = ComputeContext(team: ThreadTeam(size: threads))
        context.stop.stop(reason)
        #expect(throws: HomologyError.stopped(reason)) { try Self.small.engineResult(context: context) }
        #expect(context.memory.current == 0)
    }

    @Test(arguments: [1, 2, 3], RipsCase.Form.allCases)
    func aRunningComputationStops(threads: Int, form: RipsCase.Form) {
        let context = ComputeContext(team: ThreadTeam(size: threads))
        let endless = Self.endless.inForm(form)
        run {
            #expect(throws: HomologyError.stopped(.cancelled)) { try endless.engineResult(context: context) }
        } lookingOn: {
            // Past the edges, in the middle of the reduction.
            if context.progress.phase.hasPrefix("dimension") { context.stop.stop(.cancelled) }
        }
        #expect(context.memory.current == 0)
    }

    // MARK: Progress

    @Test(arguments: [1, 2, 3])
    func progressRisesToOne(threads: Int) {
        let context = ComputeContext(team: ThreadTeam(size: threads))
        let seen = Mutex<[Double]>([])
        run {
            #expect(throws: Never.self) { try Self.small.engineResult(context: context) }
        } lookingOn: {
            let now = context.progress.fraction
            seen.withLock { if $0.last != now { $0.append(now) } }
        }
        let fractions = seen.withLock { $0 }
        #expect(fractions == fractions.sorted() && fractions.allSatisfy((0...1).contains))
        #expect(context.progress.fraction == 1)
    }

    // MARK: Memory

    /// Whatever the budget, the computation keeps to it or ends with an error that names it.
    @Test(arguments: [1, 2], [false, true])
    func aBudgetIsKept(threads: Int, representatives: Bool) throws {
        let free = ComputeContext()
        let expected = try Self.small.engineResult(context: free, representatives: representatives)
        #expect(expected.statistics.peakMemory == free.memory.peak && free.memory.peak > 0)
        var refused = 0
        for step in 0..<24 {
            let budget = MemoryBudget(limit: free.memory.peak * step / 16)
            let context = ComputeContext(
                team: ThreadTeam(size: threads), memory: MemoryAccount(budget: budget))
            do {
                let result = try Self.small.engineResult(context: context, representatives: representatives)
                #expect(result.barcode == expected.barcode)
            } catch HomologyError.memory(let exceeded) {
                #expect(exceeded.limit == budget.limit)
                #expect(exceeded.held + exceeded.requested > exceeded.limit)
                refused += 1
            }
            #expect(context.memory.peak <= budget.limit)
            #expect(context.memory.current == 0 && budget.current == 0)
        }
        #expect(refused >= 8)
    }

    // MARK: Statistics

    @Test func statisticsSayWhatWasDone() throws {
        let line = RipsCase(points: [[0], [1], [3], [7]], maxDimension: 1)
        let context = ComputeContext(team: ThreadTeam(size: 2))
        let whole = try line.engineResult(context: context).statistics
        #expect(whole.pointCount == 4 && whole.threadCount == 2)
        #expect(whole.threshold == 4, "the enclosing radius: from 3 to 7")
        #expect(whole.edgeCount == 4, "not 0 – 7 and 1 – 7, which are longer")
        #expect(whole.computeSeconds > 0 && !whole.phases.isEmpty)

        let cut = try RipsCase(points: [[0], [1], [3], [7]], threshold: 2.5).engineResult().statistics
        #expect(cut.threshold == 2.5 && cut.edgeCount == 2)
    }
}
