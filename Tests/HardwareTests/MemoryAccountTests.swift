import Hardware
import Testing

@Suite struct MemoryAccountTests {
    @Test func peakIsTheMostHeldAtOnce() throws {
        let account = MemoryAccount()
        try account.reserve(100)
        account.release(60)
        try account.reserve(50)
        #expect(account.current == 90)
        #expect(account.peak == 100)
    }

    @Test func accountsShareABudget() throws {
        let budget = MemoryBudget(limit: 100)
        let first = MemoryAccount(budget: budget)
        let second = MemoryAccount(budget: budget)
        try first.reserve(70)
        #expect(throws: MemoryBudgetExceeded(requested: 40, held: 70, limit: 100)) { try second.reserve(40) }
        #expect(second.current == 0)
        #expect(second.peak == 0)
        first.release(20)
        try second.reserve(40)
        #expect(budget.current == 90)
    }

    @Test func anAbandonedAccountGivesEverythingBack() throws {
        let budget = MemoryBudget(limit: 100)
        do {
            let account = MemoryAccount(budget: budget)
            try account.reserve(80)
        }
        #expect(budget.current == 0)
    }

    @Test func theFirstStopReasonStays() {
        let stop = StopSignal()
        #expect(stop.isStopped == false)
        stop.stop(.deadlineExceeded)
        stop.stop(.cancelled)
        #expect(stop.reason == .deadlineExceeded)
    }

    @Test func progressNeverFalls() {
        let meter = ProgressMeter()
        meter.enter("distances", at: 0.25)
        meter.advance(to: 0.1)
        #expect(meter.phase == "distances")
        #expect(meter.fraction == 0.25)
        meter.advance(to: 1)
        #expect(meter.fraction == 1)
    }
}
