import Bridge
import Foundation
import Kafka
import StreamWindows
import Testing
import Vocabulary

@Suite struct WindowProcessorTests {
    private func options(_ shape: WindowSettings.Shape = .tumbling(length: 1000)) throws -> WindowOptions {
        var options = WindowOptions(
            windows: try WindowSettings(shape: shape, lateness: 100, idle: 300),
            homology: try VietorisRipsOptions(maxDimension: 0))
        options.maxPending = 16
        // However slowly things go here, nothing is given up.
        options.drainTime = 1_000_000
        return options
    }

    /// Random events, polls, answers and acknowledgements, with failures, while partitions move.
    private func disturb(_ simulation: inout Simulation, steps: Int, crashes: Bool) throws {
        var clocks = [Int64](repeating: 0, count: 7)
        simulation.failureRate = 10
        for _ in 0..<steps {
            simulation.now += Int64(simulation.roll(20))
            let member = Int(simulation.roll(UInt64(simulation.bridges.count)))
            switch simulation.roll(12) {
            case 0, 1, 2, 3:
                let stream = Int(simulation.roll(7))
                clocks[stream] += Int64(simulation.roll(200))
                simulation.append(stream: stream, time: clocks[stream] - Int64(simulation.roll(90)))
            case 4, 5, 6: simulation.poll(member, limit: 3)
            case 7, 8: simulation.answer(member)
            case 9, 10: try simulation.acknowledge(member)
            default:
                if crashes, simulation.roll(8) == 0 {
                    simulation.crash(member)
                } else if simulation.roll(4) == 0 {
                    simulation.move(TopicPartition("tda_events", Int32(simulation.roll(4))), to: member)
                }
            }
        }
        try simulation.settle()
    }

    @Test(arguments: 1...25) func movingPartitionsLosesNoEventAndClosesNoWindowTwice(seed: UInt64) throws {
        var simulation = try Simulation(seed: seed, bridges: 3, options: try options())
        try disturb(&simulation, steps: 3000, crashes: false)
        let late = Set(simulation.letters.compactMap { $0.event })
        let events = simulation.published.flatMap(\.events)
        #expect(Set(events).union(late) == Set(simulation.accepted.keys))
        #expect(events.count == Set(events).count)
        #expect(late.isDisjoint(with: events))
        #expect(Set(simulation.published.map(\.id)).count == simulation.published.count)
        // Committed to the end, with nothing left to remember.
        for (partition, records) in simulation.log where !records.isEmpty {
            #expect(simulation.committed[partition]?.offset == Int64(records.count))
        }
    }

    @Test(arguments: 1...25) func crashesLoseNoEventAndRepeatOnlyWithTheSameID(seed: UInt64) throws {
        var simulation = try Simulation(seed: seed, bridges: 3, options: try options())
        try disturb(&simulation, steps: 3000, crashes: true)
        let late = Set(simulation.letters.compactMap { $0.event })
        let byID = Dictionary(grouping: simulation.published, by: \.id)
        for repeats in byID.values { #expect(repeats.allSatisfy { $0 == repeats[0] }) }
        let events = Set(simulation.published.flatMap(\.events))
        #expect(events.union(late) == Set(simulation.accepted.keys))
    }

    /// The broker of the integration tests drops offsets that are committed in transactions, so this is where it
    /// is shown that the processor puts the right ones into them.
    @Test(arguments: 1...25) func withTransactionsCrashesLoseNothingAndRepeatNothing(seed: UInt64) throws {
        var simulation = try Simulation(seed: seed, bridges: 3, options: try options())
        simulation.isTransactional = true
        try disturb(&simulation, steps: 3000, crashes: true)
        let late = simulation.letters.compactMap { $0.event }
        let events = simulation.published.flatMap(\.events)
        #expect(Set(events).union(late) == Set(simulation.accepted.keys))
        #expect(events.count + late.count == simulation.accepted.count)
        #expect(Set(simulation.published.map(\.id)).count == simulation.published.count)
    }

    @Test(arguments: 1...10) func countWindowsToo(seed: UInt64) throws {
        var simulation = try Simulation(
            seed: seed, bridges: 2, options: try options(.count(size: 5, step: 5)))
        try disturb(&simulation, steps: 2000, crashes: false)
        let events = simulation.published.flatMap(\.events)
        #expect(simulation.letters.isEmpty)
        #expect(events.sorted() == simulation.accepted.keys.sorted())
    }

    @Test func theWindowsOfAStreamArePublishedInTheirOrder() throws {
        var simulation = try Simulation(seed: 3, bridges: 1, options: try options())
        for event in 0..<200 { simulation.append(stream: 0, time: Int64(event) * 500) }
        for _ in 0..<2000 {
            simulation.now += 1
            simulation.poll(0, limit: 5)
            simulation.answer(0)
            try simulation.acknowledge(0)
        }
        try simulation.settle()
        #expect(simulation.published.flatMap(\.events) == Array(0..<200))
    }

    @Test func poisonGoesToTheDeadLettersAndTheStreamGoesOn() throws {
        var simulation = try Simulation(seed: 1, bridges: 1, partitions: 1, options: try options())
        let source = TopicPartition("tda_events", 0)
        let head = #"{"metadata": {"message_id": "x", "message_type": "stream.event"}, "payload": "#
        func event(_ payload: String) -> [UInt8] { Array((head + payload + "}").utf8) }
        let poison: [([UInt8]?, String)] = [
            (nil, "tombstone"), ([], "empty"), (Array("hello".utf8), "not_json"),
            ([UInt8](repeating: 0x20, count: 5 << 20), "too_large"),
            (event(#"{"stream_id": "s0", "points": [[NaN]], "timestamp": 1}"#), "not_json"),
            (event(#"{"stream_id": 1, "points": [[1]], "timestamp": 1}"#), "schema"),
            (event(#"{"stream_id": "s0", "points": [[1], [2, 3]], "timestamp": 1}"#), "invalid"),
            (event(#"{"stream_id": "s0", "points": [[1e300]], "timestamp": 1}"#), "invalid"),
            (event(#"{"stream_id": "s0", "points": [[1]], "timestamp": "yesterday"}"#), "invalid"),
            (event(#"{"stream_id": "s0", "points": [[1]], "timestamp": 9e14}"#), "invalid"),
            (Array(String(repeating: "[", count: 100_000).utf8), "not_json"),
            ([0xFF, 0xFE, 0x22], "not_json"),
            ([0x22, 0xC3, 0x28, 0x22], "not_json"),
        ]
        simulation.append(stream: 0, time: 1)
        for (value, _) in poison { simulation.append(value, to: source) }
        simulation.append(stream: 0, time: 2)
        try simulation.settle()
        #expect(simulation.published.map(\.events) == [[0, 1]])
        #expect(simulation.letters.count == poison.count)
        for (letter, (value, reason)) in zip(simulation.letters, poison) {
            #expect(letter.value == value)
            #expect(letter.topic == "tda_events.dlq")
            #expect(letter.header("dlq.error.code") == reason)
            #expect(letter.header("dlq.topic") == "tda_events" && letter.header("dlq.partition") == "0")
            #expect(letter.header("dlq.error.message")?.isEmpty == false)
        }
        #expect(
            simulation.letters.compactMap { $0.header("dlq.offset") } == (1...poison.count).map(String.init))
    }

    @Test func aWindowThatTheDaemonRefusesGoesToTheDeadLettersWhole() throws {
        var processor = try processor(options())
        feed(&processor, stream: 0, times: [0, 1, 5000])
        processor.tick(now: 1)
        guard case .compute(let id, _)? = processor.takeActions().first else {
            Issue.record("nothing is computed")
            return
        }
        processor.computed(id, .failure(Failure(.resourceExhausted, "above the budget")), now: 2, wallTime: 0)
        processor.tick(now: 3)
        guard case .publish(let batch)? = processor.takeActions().first else {
            Issue.record("nothing is published")
            return
        }
        #expect(batch.records.map { $0.header("dlq.offset") } == ["0", "1"])
        #expect(batch.records[0].header("dlq.error.code") == "refused")
    }

    @Test func anOverloadedDaemonPausesPartitionsWhilePollingGoesOn() throws {
        var options = try options()
        options.maxPending = 4
        var processor = try processor(options)
        feed(&processor, stream: 0, times: (0..<10).map { $0 * 1000 })
        var actions: [WindowProcessor.Action] = []
        var now: Int64 = 0
        func turn() {
            now += 100
            processor.tick(now: now)
            actions = processor.takeActions()
        }
        turn()
        #expect(actions.contains { $0.isPause })
        for action in actions {
            if case .compute(let id, _) = action {
                processor.computed(
                    id, .failure(Failure(.overloaded, "busy", retryAfter: .milliseconds(500))), now: now,
                    wallTime: 0)
            }
        }
        turn()
        // Not before the daemon wants to be asked again.
        #expect(actions.allSatisfy { !$0.isComputation })
        var isResumed = false
        for _ in 0..<50 {
            turn()
            for action in actions {
                switch action {
                case .compute(let id, let request):
                    processor.computed(id, .success(Simulation.result(request)), now: now, wallTime: 0)
                case .publish: processor.published(true)
                case .resume: isResumed = true
                default: break
                }
            }
        }
        #expect(isResumed && processor.isIdle)
    }

    @Test func aQuietStreamsResultComesOnceItIsIdle() throws {
        var processor = try processor(options())
        feed(&processor, stream: 0, times: [0, 100])
        processor.reachedEnd(TopicPartition("tda_events", 0), now: 0)
        processor.tick(now: 299)
        let before = processor.takeActions()
        processor.tick(now: 300)
        let after = processor.takeActions()
        #expect(before.allSatisfy { !$0.isComputation })
        #expect(after.contains { $0.isComputation })
    }

    // MARK: One processor by hand

    private func processor(_ options: WindowOptions) throws -> WindowProcessor {
        let simulation = try Simulation(seed: 0, bridges: 1, partitions: 1, options: options)
        var processor = simulation.makeProcessor()
        processor.assigned([TopicPartition("tda_events", 0): CommittedOffset(offset: nil)], now: 0)
        return processor
    }

    private func feed(_ processor: inout WindowProcessor, stream: Int, times: [Int64]) {
        for (offset, time) in times.enumerated() {
            let text = """
                {"metadata": {"message_id": "m\(offset)", "message_type": "stream.event"},
                 "payload": {"stream_id": "s\(stream)", "points": [[\(offset)]], "timestamp": \(1_000_000_000_000 + time)}}
                """
            let record = ConsumedRecord(
                source: TopicPartition("tda_events", 0), offset: Int64(offset), key: nil,
                value: Array(text.utf8))
            processor.record(record, now: 0, wallTime: 1_100_000_000_000)
        }
    }
}

extension WindowProcessor.Action {
    fileprivate var isComputation: Bool { if case .compute = self { true } else { false } }
    fileprivate var isPause: Bool { if case .pause = self { true } else { false } }
}

extension OutgoingRecord {
    func header(_ name: String) -> String? {
        headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The number of the event that a dead letter of the simulation holds.
    var event: Int? {
        let text = String(decoding: value ?? [], as: UTF8.self)
        return text.firstMatch(of: #/"points": \[\[(\d+)\]\]/#).flatMap { Int($0.1) }
    }
}
