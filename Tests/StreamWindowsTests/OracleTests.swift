import SeededRandom
import StreamWindows
import Testing

/// Seeded schedules against a judge that keeps everything and looks through all of it every time.
@Suite struct OracleTests {
    struct Trial: Sendable, CustomTestStringConvertible {
        let seed: UInt64
        let shape: WindowSettings.Shape
        let lateness: Int64
        var testDescription: String { "seed \(seed), \(shape), lateness \(lateness)" }
    }

    static let trials: [Trial] = (1...20).flatMap { seed -> [Trial] in
        [
            Trial(seed: seed, shape: .tumbling(length: 10), lateness: Int64(seed % 3) * 7),
            Trial(seed: seed, shape: .sliding(length: 12, step: 5), lateness: Int64(seed % 2) * 6),
            Trial(seed: seed, shape: .sliding(length: 10, step: 1), lateness: 0),
            Trial(seed: seed, shape: .count(size: 4, step: 4), lateness: 0),
            Trial(seed: seed, shape: .count(size: 5, step: 2), lateness: 0),
        ]
    }

    @Test(arguments: trials) func agreesWithTheOracle(trial: Trial) throws {
        let settings = try WindowSettings(shape: trial.shape, lateness: trial.lateness, idle: 40)
        var windows = StreamWindows<Int>(settings: settings)
        var oracle = WindowOracle(settings: settings)
        for step in schedule(seed: trial.seed) {
            switch step {
            case .event(let stream, let time, let position, let now):
                let outcome = windows.insert(
                    Int(position), stream: stream, time: time, position: position, weight: 1, now: now)
                #expect(outcome == oracle.insert(stream: stream, time: time, position: position, now: now))
            case .pause(let now):
                windows.advance(now: now)
                oracle.advance(now: now)
            }
            let closed = windows.takeClosed().map {
                ClosedWindow(
                    stream: $0.stream, start: $0.start, end: $0.end, positions: $0.events.map(\.position))
            }
            #expect(closed == oracle.takeClosed())
        }
        windows.end()
        let last = windows.takeClosed()
        #expect(windows.totalWeight == 0 && windows.openCount == 0 && windows.lowestPosition == nil)
        #expect(Set(last.flatMap { $0.events.map(\.position) }) == oracle.waiting)
    }

    /// Reading the log again from what a commit would say gives the windows that were not done with, and no
    /// others.
    @Test(
        arguments: trials.filter {
            if case .tumbling = $0.shape { true } else { $0.shape == .count(size: 4, step: 4) }
        })
    func aSecondReadingGoesOnWhereTheFirstLeftOff(trial: Trial) throws {
        let settings = try WindowSettings(shape: trial.shape, lateness: trial.lateness, idle: 40)
        let steps = schedule(seed: trial.seed)
        let crash = steps.count / 2
        var first = StreamWindows<Int>(settings: settings)
        for step in steps[..<crash] { step.apply(to: &first) }
        let before = first.takeClosed()

        let offset = first.lowestPosition ?? Int64(steps[..<crash].count { $0.isEvent })
        let names = first.streams(since: offset)
        let floors = Dictionary(
            uniqueKeysWithValues: names.compactMap { name in first.floor(of: name).map { (name, $0) } })
        var second = StreamWindows<Int>(settings: settings)
        second.resume(
            before: Int64(steps[..<crash].count { $0.isEvent }), floors: floors, defaultFloor: nil,
            key: { $0 })
        for step in steps {
            if case .event(_, _, let position, _) = step, position < offset { continue }
            // Time stood still while the log was read again.
            if case .pause = step { continue }
            step.apply(to: &second)
        }
        second.end()
        let after = second.takeClosed()
        let repeated = Set(before.map(\.id)).intersection(after.map(\.id))
        #expect(repeated.isEmpty)
        // Every event is in a window before or after, or was late: late ones stay so.
        let placed = (before + after).flatMap { $0.events.map(\.position) }
        #expect(placed.count == Set(placed).count)
        var whole = StreamWindows<Int>(settings: settings)
        var taken: Set<Int64> = []
        for step in steps[..<crash] {
            if step.apply(to: &whole) == .taken, case .event(_, _, let position, _) = step {
                taken.insert(position)
            }
        }
        #expect(taken.isSubset(of: placed))
    }

    enum Step {
        case event(stream: String, time: Int64, position: Int64, now: Int64)
        case pause(now: Int64)

        var isEvent: Bool { if case .event = self { true } else { false } }

        @discardableResult
        func apply(to windows: inout StreamWindows<Int>) -> Insertion? {
            switch self {
            case .event(let stream, let time, let position, let now):
                windows.insert(
                    Int(position), stream: stream, time: time, position: position, weight: 1, now: now)
            case .pause(let now):
                {
                    windows.advance(now: now); return nil
                }()
            }
        }
    }

    /// 300 events of three streams, out of order, with pauses, times also below zero.
    private func schedule(seed: UInt64) -> [Step] {
        var random = SplitMix64(seed: seed)
        var now: Int64 = 0
        var clocks: [String: Int64] = ["a": -20, "b": 0, "c": 1000]
        var steps: [Step] = []
        var position: Int64 = 0
        while position < 300 {
            now += Int64(random.next() % 4)
            if random.next() % 16 == 0 {
                now += Int64(random.next() % 60)
                steps.append(.pause(now: now))
                continue
            }
            let stream = ["a", "b", "c"][Int(random.next() % 3)]
            clocks[stream, default: 0] += Int64(random.next() % 5)
            let time = clocks[stream, default: 0] - Int64(random.next() % 12)
            steps.append(.event(stream: stream, time: time, position: position, now: now))
            position += 1
        }
        return steps
    }
}

extension Window {
    fileprivate var id: String { "\(stream) \(start) \(end) \(events.map(\.position))" }
}
