import StreamWindows
import Testing

/// What the rules say, one at a time, on a clock of our own.
@Suite struct WindowTests {
    typealias Windows = StreamWindows<Int>

    /// Puts events (time, value) of one stream in, a millisecond of the clock apart.
    private func fed(_ windows: inout Windows, _ events: [(time: Int64, value: Int)], stream: String = "s")
        -> [Insertion]
    {
        events.enumerated().map { index, event in
            windows.insert(
                event.value, stream: stream, time: event.time, position: Int64(event.value), weight: 1,
                now: Int64(index))
        }
    }

    private func values(_ windows: [Window<Int>]) -> [[Int]] { windows.map { $0.events.map(\.element) } }

    @Test func tumblingWindowsCloseWhenEventTimePassesTheirEnd() throws {
        var windows = Windows(settings: try WindowSettings(shape: .tumbling(length: 10)))
        #expect(fed(&windows, [(1, 1), (9, 2), (10, 3), (35, 4)]) == [.taken, .taken, .taken, .taken])
        let closed = windows.takeClosed()
        #expect(values(closed) == [[1, 2], [3]])
        #expect(closed.map(\.start) == [0, 10])
        #expect(closed.map(\.end) == [10, 20])
        #expect(closed.allSatisfy { $0.reason == .watermark })
    }

    @Test func latenessKeepsWindowsOpenForStragglers() throws {
        var windows = Windows(settings: try WindowSettings(shape: .tumbling(length: 10), lateness: 5))
        #expect(fed(&windows, [(8, 1), (14, 2), (3, 3), (15, 4), (4, 5)]).last == .late)
        #expect(values(windows.takeClosed()) == [[3, 1]])
    }

    @Test func aQuietStreamsWindowClosesAndTheRestOfItsSpanIsAWindowOfItsOwn() throws {
        var windows = Windows(settings: try WindowSettings(shape: .tumbling(length: 10_000), idle: 3000))
        _ = fed(&windows, [(1000, 1), (2000, 2)])
        windows.advance(now: 3000)
        #expect(windows.takeClosed().isEmpty)
        windows.advance(now: 3001)
        let first = windows.takeClosed()
        #expect(values(first) == [[1, 2]])
        #expect(first[0].reason == .idle && first[0].start == 0 && first[0].end == 10_000)

        #expect(windows.insert(3, stream: "s", time: 2000, position: 3, weight: 1, now: 4000) == .late)
        #expect(windows.insert(4, stream: "s", time: 5000, position: 4, weight: 1, now: 4000) == .taken)
        #expect(windows.insert(5, stream: "s", time: 10_000, position: 5, weight: 1, now: 4000) == .taken)
        let second = windows.takeClosed()
        #expect(values(second) == [[4]])
        #expect(second[0].start == 2001 && second[0].end == 10_000)
    }

    @Test(
        arguments: [
            (WindowSettings.Shape.tumbling(length: 10), 5), (.sliding(length: 10, step: 5), 11),
            (.count(size: 9, step: 9), 2),
        ]) func openWindowsAreCounted(shape: WindowSettings.Shape, count: Int) throws
    {
        var windows = Windows(settings: try WindowSettings(shape: shape, lateness: 100))
        // One stream from its first window to its fourth, another one in one.
        _ = fed(&windows, [(1, 1), (9, 2), (35, 3), (12, 4)])
        _ = fed(&windows, [(6, 5)], stream: "t")
        #expect(windows.openCount == count)
        windows.end()
        #expect(windows.openCount == 0)
    }

    @Test func aStreamThatIsHeldUpIsNotQuiet() throws {
        var windows = Windows(settings: try WindowSettings(shape: .tumbling(length: 10), idle: 3))
        _ = fed(&windows, [(1, 1)])
        windows.setFlowing(false, now: 1)
        windows.advance(now: 100)
        #expect(windows.takeClosed().isEmpty)
        windows.setFlowing(true, now: 100)
        windows.advance(now: 102)
        #expect(windows.takeClosed().isEmpty)
        windows.advance(now: 103)
        #expect(values(windows.takeClosed()) == [[1]])
    }

    @Test func slidingWindowsShareEvents() throws {
        var windows = Windows(settings: try WindowSettings(shape: .sliding(length: 10, step: 5)))
        _ = fed(&windows, [(1, 1), (6, 2), (12, 3), (21, 4)])
        #expect(values(windows.takeClosed()) == [[1], [1, 2], [2, 3], [3]])
    }

    @Test func aQuietStreamsSlidingWindowsCloseAsTimeGoesOn() throws {
        var windows = Windows(settings: try WindowSettings(shape: .sliding(length: 10, step: 5), idle: 100))
        _ = fed(&windows, [(1, 1), (6, 2)])
        windows.advance(now: 101)
        #expect(values(windows.takeClosed()) == [[1], [1, 2]])
        windows.advance(now: 105)
        #expect(windows.takeClosed().isEmpty)
        windows.advance(now: 106)
        #expect(values(windows.takeClosed()) == [[2]])
        #expect(windows.waitingCount == 0 && windows.totalWeight == 0)
    }

    @Test func countWindowsTakeTheLastEventsEveryStep() throws {
        var windows = Windows(settings: try WindowSettings(shape: .count(size: 3, step: 2), idle: 10))
        _ = fed(&windows, (1...6).map { (Int64($0), $0) })
        #expect(values(windows.takeClosed()) == [[1, 2, 3], [3, 4, 5]])
        windows.advance(now: 100)
        #expect(values(windows.takeClosed()) == [[5, 6]])
        #expect(windows.totalWeight == 0)
    }

    @Test func repeatsAreToldByTheirIdentity() throws {
        var windows = Windows(settings: try WindowSettings(shape: .tumbling(length: 10)))
        func insert(_ identity: UInt64) -> Insertion {
            windows.insert(0, stream: "s", time: 1, position: 1, weight: 1, identity: identity, now: 0)
        }
        #expect([insert(7), insert(8), insert(7)] == [.taken, .taken, .duplicate])
        #expect(windows.totalWeight == 2)
    }

    @Test func aStreamAtItsLimitRefusesEventsAndGoesOn() throws {
        var windows = Windows(
            settings: try WindowSettings(shape: .tumbling(length: 10), streamLimit: 2))
        #expect(fed(&windows, [(1, 1), (2, 2), (3, 3)]) == [.taken, .taken, .full])
        windows.advance(now: 5000)
        #expect(values(windows.takeClosed()) == [[1, 2]])
        #expect(windows.insert(4, stream: "s", time: 4, position: 4, weight: 1, now: 5000) == .taken)
    }

    @Test func sheddingClosesTheOldestWindowOfTheHeaviestStream() throws {
        var windows = Windows(settings: try WindowSettings(shape: .tumbling(length: 10), lateness: 100))
        _ = fed(&windows, [(1, 1), (12, 2), (13, 3)], stream: "heavy")
        _ = fed(&windows, [(1, 4)], stream: "light")
        windows.shed()
        #expect(values(windows.takeClosed()) == [[1]])
        windows.shed()
        let second = windows.takeClosed()
        #expect(values(second) == [[2, 3]])
        #expect(second[0].reason == .memory)
        #expect(windows.totalWeight == 1)
    }

    @Test func ofTooManyStreamsTheLongestQuietAreForgotten() throws {
        var windows = Windows(
            settings: try WindowSettings(shape: .tumbling(length: 10), idle: 10, maxStreams: 2))
        _ = fed(&windows, [(1, 1)], stream: "a")
        _ = fed(&windows, [(1, 2)], stream: "b")
        #expect(windows.insert(3, stream: "c", time: 1, position: 3, weight: 1, now: 1) == .full)
        windows.advance(now: 100)
        #expect(windows.insert(3, stream: "c", time: 1, position: 3, weight: 1, now: 100) == .taken)
        #expect(windows.streamCount == 2)
    }

    @Test(arguments: [
        (WindowSettings.Shape.tumbling(length: 0), WindowSettingsError.notPositive("the length of a window")),
        (.sliding(length: 5, step: 6), .stepBeyondLength), (.count(size: 2, step: 3), .stepBeyondLength),
    ])
    func settingsThatMakeNoSenseAreRefused(shape: WindowSettings.Shape, error: WindowSettingsError) {
        #expect(throws: error) { try WindowSettings(shape: shape) }
    }
}
