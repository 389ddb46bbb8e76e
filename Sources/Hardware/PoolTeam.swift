import Synchronization

/// The workers of a pool that serve one computation: one leader, on which its body runs, and helpers,
/// who may come and go while it runs.
///
/// `run` opens a round: its `size` slots are claimed one at a time, slot 0 by the leader. A claimed
/// slot keeps the round open, so that a helper only ever touches the body of a round it is in.
final class PoolTeam: Team {
    let size: Int
    let leader: Worker
    private let whenReleased: @Sendable () -> Void

    /// Round number × 2²⁴ + the next slot to be claimed; no slot is open once that is `size`.
    private let round: Atomic<UInt64>
    private static let slotBits: UInt64 = 24
    private static let slotMask: UInt64 = (1 << slotBits) - 1
    private let finishedSlots = Atomic<Int>(0)
    /// The slot that the leader runs.
    private let leaderSlot = Atomic<Int>(0)
    /// The body of the open round.
    private let body: BodyBox

    private let helpers = Mutex(Helpers())
    /// How many helpers should go back to the pool, beyond those that have promised to.
    private let recalls = Atomic<Int>(0)
    /// Slots whose thread has promised to go back.
    private let leavingSlots: [AtomicFlag]
    private let isDismissed = Atomic<Bool>(false)
    /// The leader and the helpers that have not come back to the pool.
    private let members = Atomic<Int>(1)
    private let afterwards = Mutex<(@Sendable () -> Void)?>(nil)

    /// Written by the leader before a round opens, read by those who claimed one of its slots.
    private final class BodyBox: @unchecked Sendable {
        // Safe: the round's atomic orders the write before every read, and the round's end after.
        var body: (@Sendable (Int) -> Void)?
    }

    private final class AtomicFlag: Sendable {
        let value = Atomic<Bool>(false)
    }

    private struct Helpers {
        var serving: [Worker] = []
        /// How many of them have been asked to leave and are still here.
        var leaving = 0
    }

    init(size: Int, leader: Worker, whenReleased: @escaping @Sendable () -> Void) {
        precondition(size >= 1 && size <= Self.slotMask)
        self.size = size
        self.leader = leader
        self.whenReleased = whenReleased
        round = Atomic(UInt64(size))
        body = BodyBox()
        leavingSlots = (0..<size).map { _ in AtomicFlag() }
    }

    // MARK: the leader

    func run(_ body: @Sendable (Int) -> Void) {
        guard size > 1 else { return body(0) }
        withoutActuallyEscaping(body) { body in
            self.body.body = body
            leaderSlot.store(0, ordering: .relaxed)
            finishedSlots.store(0, ordering: .relaxed)
            let opened = ((round.load(ordering: .relaxed) >> Self.slotBits) + 1) << Self.slotBits | 1
            round.store(opened, ordering: .releasing)
            wakeHelpers()
            body(0)
            finishSlot()
            while let slot = claim() {
                leaderSlot.store(slot, ordering: .relaxed)
                body(slot)
                finishSlot()
            }
            leader.parker.wait(spins: leader.spinsInTeam) { [self] in
                finishedSlots.load(ordering: .acquiring) == size
            }
            self.body.body = nil
        }
    }

    /// After the computation: sends the helpers home.
    ///
    /// - Parameter afterwards: to be run when all are back.
    func end(with afterwards: @escaping @Sendable () -> Void) {
        self.afterwards.withLock { $0 = afterwards }
        isDismissed.store(true, ordering: .releasing)
        wakeHelpers()
    }

    // MARK: helpers

    /// Adds a helper, on whose thread `serve` must be called next.
    func join(_ worker: Worker) {
        members.add(1, ordering: .relaxed)
        helpers.withLock { $0.serving.append(worker) }
    }

    /// Serves rounds until the team is dismissed or the helper recalled.
    func serve(_ worker: Worker) {
        while true {
            worker.parker.wait(spins: worker.spinsInTeam) { [self] in
                isOpen || isDismissed.load(ordering: .acquiring) || recalls.load(ordering: .relaxed) > 0
            }
            if isDismissed.load(ordering: .acquiring) { return leave(worker, asRecalled: false) }
            var isRecalled = takeRecall()
            while !isRecalled, let slot = claim() {
                runBody(slot)
                isRecalled = leavingSlots[slot].value.exchange(false, ordering: .relaxed)
                finishSlot()
            }
            if isRecalled { return leave(worker, asRecalled: true) }
        }
    }

    private func leave(_ worker: Worker, asRecalled: Bool) {
        helpers.withLock { helpers in
            helpers.serving.removeAll { $0 === worker }
            if asRecalled { helpers.leaving -= 1 }
        }
    }

    private func wakeHelpers() {
        helpers.withLock { for helper in $0.serving { helper.parker.unpark() } }
    }

    /// How many helpers serve and have not been asked to leave.
    var helperCount: Int { helpers.withLock { $0.serving.count - $0.leaving } }

    var missingHelpers: Int { size - 1 - helperCount }

    /// Asks one helper to go back to the pool, at its next chunk or between two rounds.
    func recallOne() {
        helpers.withLock { $0.leaving += 1 }
        recalls.add(1, ordering: .relaxed)
        wakeHelpers()
    }

    func isRecalled(worker slot: Int) -> Bool {
        // The leader runs slot 0 to the end, so that no chunk is left undone.
        guard slot != 0 else { return false }
        if leavingSlots[slot].value.load(ordering: .relaxed) { return true }
        guard recalls.load(ordering: .relaxed) > 0, slot != leaderSlot.load(ordering: .relaxed), takeRecall()
        else { return false }
        leavingSlots[slot].value.store(true, ordering: .relaxed)
        return true
    }

    /// Counts a worker that has come back to the pool; true for the last one.
    func memberLeft() -> Bool { members.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }

    /// Told by the pool that a worker of the team has come back.
    func released(isLast: Bool) {
        whenReleased()
        if isLast { afterwards.withLock { $0.take() }?() }
    }

    // MARK: rounds

    private var isOpen: Bool { round.load(ordering: .acquiring) & Self.slotMask < UInt64(size) }

    private func claim() -> Int? {
        var seen = round.load(ordering: .acquiring)
        while seen & Self.slotMask < UInt64(size) {
            let (claimed, now) = round.weakCompareExchange(
                expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
            if claimed { return Int(seen & Self.slotMask) }
            seen = now
        }
        return nil
    }

    /// A call of its own, so that the body's context is surely let go before the slot is finished:
    /// the leader may not return while anyone else holds it.
    @inline(never)
    private func runBody(_ slot: Int) { body.body?(slot) }

    private func finishSlot() {
        let finished = finishedSlots.add(1, ordering: .acquiringAndReleasing).newValue
        if finished == size { leader.parker.unpark() }
    }

    private func takeRecall() -> Bool {
        var seen = recalls.load(ordering: .relaxed)
        while seen > 0 {
            let (taken, now) = recalls.weakCompareExchange(
                expected: seen, desired: seen - 1, ordering: .relaxed)
            if taken { return true }
            seen = now
        }
        return false
    }
}
