/// The events of one stream that wait for their windows, and how far its windows are closed.
struct StreamState<Element: Sendable>: Sendable {
    let name: String
    /// By time, then position; in order of arrival for count windows.
    private var events: [Event<Element>] = []
    private var identities: Set<UInt64> = []
    private(set) var weight = 0
    /// The latest event time.
    private var latest = Int64.min
    var lastArrival = Int64.min
    var lastPosition = Int64.min

    /// Everything before is closed. Tumbling: events before it are late; on the grid, or inside a window that
    /// was cut when the stream was quiet. Sliding: windows that end here or before are closed. Count: events
    /// at positions before it have been in a window.
    private(set) var floor: Int64?

    /// Count windows: the events since the last window.
    private var fresh = 0

    init(name: String, floor: Int64?) {
        self.name = name
        self.floor = floor
    }

    /// Nothing waits that could still make a window.
    var isEmpty: Bool { events.isEmpty }

    var lowestPosition: Int64? { events.lazy.map(\.position).min() }

    /// Windows that are not closed, from the first with an event to the last.
    func openCount(_ settings: WindowSettings) -> Int {
        guard let first = events.first?.time, let last = events.last?.time else { return 0 }
        let length: Int64
        let step: Int64
        switch settings.shape {
        case .tumbling(let whole): (length, step) = (whole, whole)
        case .sliding(let whole, let part): (length, step) = (whole, part)
        case .count: return fresh > 0 ? 1 : 0
        }
        let next = max(first, floor ?? first)
        return Int((lastEnd(of: last, length, step) - firstEnd(after: next, length, step)) / step) + 1
    }

    // MARK: Taking

    mutating func insert(_ event: Event<Element>, settings: WindowSettings) -> Insertion {
        if let identity = event.identity, identities.contains(identity) { return .duplicate }
        var isFresh = true
        switch settings.shape {
        case .tumbling:
            if let floor, event.time < floor { return .late }
        case .sliding(let length, let step):
            if let floor, lastEnd(of: event.time, length, step) <= floor { return .late }
        case .count:
            // Read again: it was in a window, and may still be needed for those that overlap with it.
            isFresh = floor.map { event.position >= $0 } ?? true
        }
        guard weight + event.weight <= settings.streamLimit else { return .full }
        weight += event.weight
        if let identity = event.identity { identities.insert(identity) }
        latest = max(latest, event.time)
        if case .count(let size, let step) = settings.shape {
            events.append(event)
            if isFresh { fresh += 1 } else { drop(max(0, events.count - (size - step))) }
            return isFresh ? .taken : .replayed
        }
        let index = events.partitioningIndex { ($0.time, $0.position) > (event.time, event.position) }
        events.insert(event, at: index)
        return .taken
    }

    // MARK: Closing

    /// Closes what event time, or the count, says.
    mutating func closeDue(settings: WindowSettings) -> [Window<Element>] {
        switch settings.shape {
        case .tumbling, .sliding:
            guard latest > .min else { return [] }
            return closeThrough(latest - settings.lateness, .watermark, settings: settings)
        case .count(let size, let step):
            guard fresh > 0, events.count >= size else { return [] }
            return [closeCount(.count, size, keeping: size - step)]
        }
    }

    /// Closes what `quiet` milliseconds without events say: windows that the last event is in end as if time
    /// had gone on.
    mutating func closeQuiet(for quiet: Int64, settings: WindowSettings) -> [Window<Element>] {
        switch settings.shape {
        case .tumbling, .count: return closeAll(.idle, settings: settings)
        case .sliding(let length, let step):
            let steps = (quiet - settings.idle) / step
            return closeThrough(
                firstEnd(after: latest, length, step) + steps * step, .idle, settings: settings)
        }
    }

    mutating func closeAll(_ reason: ClosingReason, settings: WindowSettings) -> [Window<Element>] {
        switch settings.shape {
        case .tumbling:
            let windows = closeThrough(.max, reason, settings: settings)
            // What comes later for the rest of the last window is a window of its own.
            if !windows.isEmpty { floor = latest + 1 }
            return renumbered(windows)
        case .sliding(let length, let step):
            return closeThrough(lastEnd(of: latest, length, step), reason, settings: settings)
        case .count(let size, _):
            // A quiet stream begins anew.
            if fresh > 0 { return [closeCount(reason, size, keeping: 0)] }
            drop(events.count)
            return []
        }
    }

    /// Closes the oldest window that has events, before its time.
    mutating func closeOldest(settings: WindowSettings) -> [Window<Element>] {
        guard let first = events.first else { return [] }
        switch settings.shape {
        case .tumbling(let length):
            let end = firstEnd(after: first.time, length, length)
            let isLast = end > latest
            if isLast { return closeAll(.memory, settings: settings) }
            return closeThrough(end, .memory, settings: settings)
        case .sliding(let length, let step):
            // Until the first event is in no window any more.
            return closeThrough(lastEnd(of: first.time, length, step), .memory, settings: settings)
        case .count: return closeAll(.memory, settings: settings)
        }
    }

    /// Closes the time windows that end at `boundary` or before.
    private mutating func closeThrough(
        _ boundary: Int64, _ reason: ClosingReason, settings: WindowSettings
    ) -> [Window<Element>] {
        let length: Int64
        let step: Int64
        switch settings.shape {
        case .tumbling(let whole): (length, step) = (whole, whole)
        case .sliding(let whole, let part): (length, step) = (whole, part)
        case .count: return []
        }
        var windows: [Window<Element>] = []
        while let first = events.first {
            var end = firstEnd(after: first.time, length, step)
            if let floor { end = max(end, firstEnd(after: floor, length, step)) }
            guard end <= boundary else { break }
            let start = end - length
            let inside = events[..<events.partitioningIndex { $0.time >= end }]
            let cut = length == step ? max(start, floor ?? start) : start
            windows.append(
                Window(
                    stream: name, start: cut, end: end, events: Array(inside), reason: reason, floor: end,
                    floorBefore: floor))
            floor = end
            drop(events.partitioningIndex { lastEnd(of: $0.time, length, step) > end })
        }
        // Windows without events have ended too, which makes their events late.
        if boundary < .max, boundary > .min + length {
            let passed = firstEnd(after: boundary, length, step) - step
            floor = max(floor ?? passed, passed)
        }
        return windows
    }

    private mutating func closeCount(
        _ reason: ClosingReason, _ size: Int, keeping kept: Int
    ) -> Window<Element> {
        let inside = events.suffix(size)
        let next = (events.last?.position ?? 0) + 1
        let window = Window(
            stream: name, start: inside.reduce(.max) { min($0, $1.time) },
            end: inside.reduce(.min) { max($0, $1.time) }, events: Array(inside), reason: reason, floor: next,
            floorBefore: floor)
        floor = next
        fresh = 0
        drop(max(0, events.count - kept))
        return window
    }

    /// The last window of a tumbling stream that was closed before its end leaves off at the last event.
    private func renumbered(_ windows: [Window<Element>]) -> [Window<Element>] {
        guard let last = windows.last, let floor else { return windows }
        return windows.dropLast() + [
            Window(
                stream: last.stream, start: last.start, end: last.end, events: last.events,
                reason: last.reason, floor: floor, floorBefore: last.floorBefore)
        ]
    }

    private mutating func drop(_ count: Int) {
        for event in events[..<count] {
            weight -= event.weight
            if let identity = event.identity { identities.remove(identity) }
        }
        events.removeFirst(count)
    }
}

/// The first window end after `time`, on the grid of windows [k·step, k·step + length).
func firstEnd(after time: Int64, _ length: Int64, _ step: Int64) -> Int64 {
    floorDivided(time - length, by: step) * step + step + length
}

/// The end of the last window that holds `time`.
func lastEnd(of time: Int64, _ length: Int64, _ step: Int64) -> Int64 {
    floorDivided(time, by: step) * step + length
}

private func floorDivided(_ value: Int64, by divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}

extension RandomAccessCollection where Index == Int {
    /// The first index at which `belongsBehind` is true; it must stay true from there on.
    func partitioningIndex(where belongsBehind: (Self.Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if belongsBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
