/// Cuts the streams of one log into windows.
///
/// Pure and deterministic: what comes out depends on the calls alone, in their order, and on the `now` that
/// they carry, milliseconds of a clock that never goes back.
///
/// Memory is bounded. What a stream's waiting events weigh stays below `streamLimit`: an event beyond it is
/// refused (`full`). Who owns several of these bounds them together with `totalWeight` and `shed`, which
/// closes the oldest window of the heaviest stream early. Of more than `maxStreams` streams those that have
/// nothing waiting are forgotten, the longest quiet first; without any of these a new stream is refused.
public struct StreamWindows<Element: Sendable>: Sendable {
    public let settings: WindowSettings
    private var streams: [String: StreamState<Element>] = [:]
    /// Streams whose events wait; only these can become quiet.
    private var waiting: Set<String> = []
    private var closed: [Window<Element>] = []
    /// The sum of the weights of all events that wait.
    public private(set) var totalWeight = 0
    /// The windows that are open.
    public private(set) var openCount = 0
    /// When events began to flow, and whether they do; a stream that is held up is not quiet.
    private var flowingSince: Int64? = .min
    private var replay: Replay?

    /// What is known of the log up to a position from an earlier reading.
    private struct Replay {
        let floors: [String: Int64?]
        let defaultFloor: Int64?
        let key: @Sendable (String) -> String
        let position: Int64
    }

    public init(settings: WindowSettings) { self.settings = settings }

    /// Prepares for reading a log again whose windows were done with up to certain floors.
    ///
    /// - Parameters:
    ///   - position: the log was read up to here; what comes from before may be in windows that are done.
    ///   - floors: of streams, by `key` of their names; nil where no window is done with.
    ///   - defaultFloor: of all other streams that come before `position`.
    public mutating func resume(
        before position: Int64, floors: [String: Int64?], defaultFloor: Int64?,
        key: @escaping @Sendable (String) -> String
    ) {
        replay = Replay(floors: floors, defaultFloor: defaultFloor, key: key, position: position)
    }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - identity: equal for repeats of the same event.
    ///   - weight: what it counts against the limits, ≥ 0.
    public mutating func insert(
        _ element: Element, stream name: String, time: Int64, position: Int64, weight: Int,
        identity: UInt64? = nil, now: Int64
    ) -> Insertion {
        let isReplayed = replay.map { position < $0.position } ?? false
        var stream: StreamState<Element>
        if let known = streams.removeValue(forKey: name) {
            stream = known
        } else {
            guard makeRoom() else { return .full }
            stream = StreamState(name: name, floor: replayedFloor(of: name, isReplayed: isReplayed))
        }
        defer { streams[name] = stream }
        stream.lastArrival = now
        stream.lastPosition = position
        let event = Event(
            element: element, time: time, position: position, weight: weight, identity: identity)
        let before = (weight: stream.weight, open: stream.openCount(settings))
        let outcome = stream.insert(event, settings: settings)
        totalWeight += stream.weight - before.weight
        openCount += stream.openCount(settings) - before.open
        if !stream.isEmpty { waiting.insert(name) }
        if outcome == .taken { collect(&stream) { [settings] in $0.closeDue(settings: settings) } }
        return outcome == .late && isReplayed ? .replayed : outcome
    }

    private func replayedFloor(of name: String, isReplayed: Bool) -> Int64? {
        guard let replay else { return nil }
        return replay.floors[replay.key(name)] ?? (isReplayed ? replay.defaultFloor : nil)
    }

    /// Lets time pass: closes the windows of streams that have been quiet for too long.
    public mutating func advance(now: Int64) {
        guard let flowingSince else { return }
        func quiet(_ name: String) -> Int64 {
            streams[name].map { now - max($0.lastArrival, flowingSince) } ?? 0
        }
        for name in waiting.filter({ quiet($0) >= settings.idle }).sorted() {
            let quiet = quiet(name)
            guard var stream = streams.removeValue(forKey: name) else { continue }
            collect(&stream) { [settings] in $0.closeQuiet(for: quiet, settings: settings) }
            streams[name] = stream
        }
    }

    /// Says whether events can come at all; while they cannot, no stream counts as quiet.
    public mutating func setFlowing(_ flows: Bool, now: Int64) {
        if flows, flowingSince == nil { flowingSince = now }
        if !flows { flowingSince = nil }
    }

    /// Closes every window there is.
    public mutating func end() {
        for name in waiting.sorted() {
            guard var stream = streams.removeValue(forKey: name) else { continue }
            collect(&stream) { [settings] in $0.closeAll(.end, settings: settings) }
            streams[name] = stream
        }
    }

    /// Closes the oldest window of the heaviest stream before its time.
    public mutating func shed() {
        let heaviest = waiting.max { a, b in
            (streams[a]?.weight ?? 0, b) < (streams[b]?.weight ?? 0, a)
        }
        guard let heaviest, var stream = streams.removeValue(forKey: heaviest) else { return }
        collect(&stream) { [settings] in $0.closeOldest(settings: settings) }
        streams[heaviest] = stream
    }

    /// The windows that were closed since the last call, in the order in which they were.
    public mutating func takeClosed() -> [Window<Element>] {
        defer { closed = [] }
        return closed
    }

    // MARK: What is held

    public var streamCount: Int { streams.count }
    /// The streams that have events waiting.
    public var waitingCount: Int { waiting.count }

    /// The first place in the log that is still needed; nil when nothing waits.
    public var lowestPosition: Int64? {
        waiting.lazy.compactMap { streams[$0]?.lowestPosition }.min()
    }

    /// Where `stream` stands: everything before this floor is closed. Nil when nothing is.
    public func floor(of stream: String) -> Int64? { streams[stream]?.floor }

    /// The streams that have had events at or after `position`.
    public func streams(since position: Int64) -> [String] {
        streams.values.lazy.filter { $0.lastPosition >= position }.map(\.name)
    }

    // MARK: Inside

    private mutating func collect(
        _ stream: inout StreamState<Element>, _ close: (inout StreamState<Element>) -> [Window<Element>]
    ) {
        let before = (weight: stream.weight, open: stream.openCount(settings))
        closed += close(&stream)
        totalWeight += stream.weight - before.weight
        openCount += stream.openCount(settings) - before.open
        if stream.isEmpty { waiting.remove(stream.name) }
    }

    /// - Returns: whether another stream may be remembered.
    private mutating func makeRoom() -> Bool {
        guard streams.count >= settings.maxStreams else { return true }
        let idle = streams.values.filter(\.isEmpty).sorted {
            ($0.lastArrival, $0.name) < ($1.lastArrival, $1.name)
        }
        for each in idle.prefix(max(1, settings.maxStreams / 16)) { streams[each.name] = nil }
        return !idle.isEmpty
    }
}
