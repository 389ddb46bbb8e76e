import Bridge
import Messages
import SeededRandom
import Testing

/// The order in which messages leave, without brokers.
@Suite struct PublisherStateTests {
    private func state(_ change: (inout PublisherState.Limits) -> Void = { _ in }) -> PublisherState {
        var limits = PublisherState.Limits()
        change(&limits)
        return PublisherState(limits: limits) { $0 == "tda_events" }
    }

    private typealias Claimed = (sequence: Int64, message: Message)

    private func message(_ sequence: Int64, _ topic: String, _ key: String, bytes: Int = 10) -> Claimed {
        let value = [UInt8](repeating: 0, count: bytes)
        return (sequence, Message(id: "\(sequence)", topic: topic, key: key, headers: [], value: value))
    }

    private func claim(_ messages: [Claimed], _ state: inout PublisherState) {
        for each in messages { state.claimed(each.sequence, each.message) }
    }

    private func drain(_ state: inout PublisherState) -> [Int64] {
        var sent: [Int64] = []
        while let next = state.next() { sent.append(next.sequence) }
        return sent
    }

    @Test func theEventsOfAJobWaitForEachOtherAcrossTopics() {
        var state = state()
        claim(
            [
                message(1, "tda_jobs", "a"), message(2, "tda_jobs", "a"), message(3, "tda_results", "a"),
            ], &state)
        #expect(drain(&state) == [1])
        state.acknowledged(1)
        #expect(drain(&state) == [2])
        #expect(drain(&state) == [])
        state.acknowledged(2)
        #expect(drain(&state) == [3])
        state.acknowledged(3)
        #expect(state.takeAcknowledged() == [1, 2, 3])
        #expect(state.takeAcknowledged() == [])
        #expect(state.heldCount == 0 && state.heldBytes == 0 && state.sentCount == 0)
    }

    @Test func jobsGoSideBySide() {
        var state = state()
        claim((1...6).map { message($0, "tda_jobs", ["a", "b", "c"][Int($0) % 3]) }, &state)
        #expect(drain(&state) == [1, 2, 3])
    }

    @Test func theEventsOfAStreamAreOnTheirWayTogether() {
        var state = state()
        claim((1...4).map { message($0, "tda_events", "s") }, &state)
        #expect(drain(&state) == [1, 2, 3, 4])
        state.acknowledged(2)
        state.acknowledged(1)
        #expect(state.takeAcknowledged() == [2, 1])
    }

    @Test func whatTheProducerCouldNotTakeIsFirstAgain() {
        var state = state()
        claim((1...3).map { message($0, "tda_events", "s") }, &state)
        _ = state.next()
        let second = state.next()
        state.notSent(second?.sequence ?? 0)
        #expect(drain(&state) == [2, 3])
    }

    @Test func afterALostProducerAllIsSentAgainInOrder() {
        var state = state()
        claim(
            [message(1, "tda_jobs", "a"), message(2, "tda_jobs", "b"), message(3, "tda_jobs", "a")], &state)
        #expect(drain(&state) == [1, 2])
        state.acknowledged(2)
        state.producerLost()
        #expect(drain(&state) == [1])
        state.acknowledged(1)
        #expect(drain(&state) == [3])
    }

    @Test func aRefusedMessageDoesNotHoldItsLaneUp() {
        var state = state()
        claim([message(1, "tda_jobs", "a"), message(2, "tda_jobs", "a")], &state)
        #expect(drain(&state) == [1])
        state.refused(1)
        #expect(drain(&state) == [2])
        #expect(state.takeAcknowledged() == [])
    }

    @Test func whatCouldNotBeMarkedIsMarkedLater() {
        var state = state()
        claim([message(1, "tda_jobs", "a")], &state)
        _ = state.next()
        state.acknowledged(1)
        state.notMarked(state.takeAcknowledged())
        #expect(state.takeAcknowledged() == [1])
    }

    @Test func whatIsHeldIsBounded() {
        var state = state {
            $0.messages = 100
            $0.bytes = 100_000
            $0.claim = 40
        }
        #expect(state.claimLimit == 24)
        claim((1...24).map { message($0, "tda_jobs", "\($0)", bytes: 5000) }, &state)
        #expect(state.claimLimit == 0)
        while let next = state.next() { state.acknowledged(next.sequence) }
        // Longer than they were thought to be: fewer at a time.
        #expect((1...24).contains(state.claimLimit))
    }

    /// Any schedule of claims, acknowledgements in any order, refusals and lost producers keeps the order of
    /// each key.
    @Test(arguments: 1...50) func everyScheduleKeepsTheOrderOfKeys(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var state = state()
        var delivered: [String: [Int64]] = [:]
        var onTheWay: [Claimed] = []
        var next: Int64 = 1
        var all: [Int64: Claimed] = [:]
        for _ in 0..<2000 {
            switch random.next() % 8 {
            case 0, 1:
                let key = "k\(random.next() % 5)"
                let topic = ["tda_jobs", "tda_results", "tda_events"][Int(random.next() % 3)]
                let new = message(next, topic, key)
                all[next] = new
                claim([new], &state)
                next += 1
            case 2 where random.next() % 16 == 0:
                state.producerLost()
                onTheWay = []
            case 2, 3, 4, 5:
                guard let sent = state.next(), let message = all[sent.sequence] else { continue }
                // Nothing of this key is on its way, unless to the same partition of a pipelined topic.
                let others = onTheWay.filter { $0.message.key == message.message.key }
                #expect(
                    others.allSatisfy {
                        $0.message.topic == message.message.topic && $0.message.topic == "tda_events"
                    })
                onTheWay.append(message)
            default:
                // The brokers acknowledge a partition in order.
                guard let first = onTheWay.randomElement(using: &random) else { continue }
                guard let index = onTheWay.firstIndex(where: { $0.message.key == first.message.key }) else {
                    continue
                }
                let done = onTheWay.remove(at: index)
                delivered[done.message.key, default: []].append(done.sequence)
                state.acknowledged(done.sequence)
            }
        }
        for sequences in delivered.values { #expect(sequences == sequences.sorted()) }
    }
}
