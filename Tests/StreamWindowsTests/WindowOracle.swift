import StreamWindows

struct ClosedWindow: Equatable {
    let stream: String
    let start: Int64
    let end: Int64
    let positions: [Int64]
}

/// A slow judge of windows: it keeps every event for ever, and asks of every window on the grid whether it
/// should be closed now.
struct WindowOracle {
    private struct Record {
        let stream: String
        let time: Int64
        let position: Int64
        /// Count windows: it was in one.
        var counted = false
        /// Count windows: the stream was quiet after it.
        var cutOff = false
    }

    private let settings: WindowSettings
    private var records: [Record] = []
    private var lastArrival: [String: Int64] = [:]
    /// Time windows that are closed: by stream, the ends on the grid.
    private var closedThrough: [String: Int64] = [:]
    /// Tumbling windows: where the stream's window was cut.
    private var cuts: [String: Int64] = [:]
    private var closed: [ClosedWindow] = []

    init(settings: WindowSettings) { self.settings = settings }

    mutating func insert(stream: String, time: Int64, position: Int64, now: Int64) -> Insertion {
        lastArrival[stream] = now
        if let (length, step) = grid {
            let ends = windowEnds(of: time, length, step)
            let open = ends.contains { $0 > closedThrough[stream, default: .min] }
            if !open || time < cuts[stream, default: .min] { return .late }
        }
        records.append(Record(stream: stream, time: time, position: position))
        if let (length, step) = grid {
            let latest = records.filter { $0.stream == stream }.map(\.time).max() ?? time
            close(stream, through: latest - settings.lateness, length, step)
        } else if case .count(let size, let step) = settings.shape {
            closeCount(stream, size, step, partial: false)
        }
        return .taken
    }

    mutating func advance(now: Int64) {
        for stream in lastArrival.keys.sorted() {
            let quiet = now - lastArrival[stream, default: 0]
            guard quiet >= settings.idle else { continue }
            let mine = records.filter { $0.stream == stream }
            guard let latest = mine.map(\.time).max() else { continue }
            switch settings.shape {
            case .tumbling(let length):
                // Only where something waits.
                guard mine.contains(where: { isWaiting($0) }) else { continue }
                let through = closedThrough[stream]
                close(stream, through: windowEnds(of: latest, length, length)[0], length, length)
                closedThrough[stream] = through
                cuts[stream] = latest + 1
            case .sliding(let length, let step):
                guard mine.contains(where: { isWaiting($0) }) else { continue }
                var end = windowEnds(of: latest, length, step).min() ?? 0
                end += (quiet - settings.idle) / step * step
                close(stream, through: end, length, step)
            case .count(let size, let step):
                closeCount(stream, size, step, partial: true)
                for index in records.indices where records[index].stream == stream {
                    records[index].cutOff = true
                }
            }
        }
    }

    mutating func takeClosed() -> [ClosedWindow] {
        defer { closed = [] }
        return closed
    }

    /// The positions of events that would still be in a window if all streams ended now.
    var waiting: Set<Int64> {
        if case .count(let size, let step) = settings.shape {
            // Those since the last window, and what that window keeps for the next.
            var all: Set<Int64> = []
            for stream in lastArrival.keys {
                let mine = records.filter { $0.stream == stream && !$0.cutOff }
                let fresh = mine.filter { !$0.counted }
                guard !fresh.isEmpty else { continue }
                all.formUnion(mine.suffix(min(size, fresh.count + size - step)).map(\.position))
            }
            return all
        }
        return Set(records.filter { isWaiting($0) }.map(\.position))
    }

    private var grid: (length: Int64, step: Int64)? {
        switch settings.shape {
        case .tumbling(let length): (length, length)
        case .sliding(let length, let step): (length, step)
        case .count: nil
        }
    }

    private func isWaiting(_ record: Record) -> Bool {
        guard let (length, step) = grid else { return false }
        if record.time < cuts[record.stream, default: .min] { return false }
        return windowEnds(of: record.time, length, step).contains {
            $0 > closedThrough[record.stream, default: .min]
        }
    }

    /// The ends of all windows that hold `time`.
    private func windowEnds(of time: Int64, _ length: Int64, _ step: Int64) -> [Int64] {
        let near = time / step
        return ((near - length / step - 3)...(near + 3)).map { $0 * step + length }
            .filter { $0 - length <= time && time < $0 }
    }

    private mutating func close(_ stream: String, through boundary: Int64, _ length: Int64, _ step: Int64) {
        let mine = records.filter { $0.stream == stream }
        let cut = cuts[stream, default: .min]
        let ends = Set(mine.flatMap { windowEnds(of: $0.time, length, step) })
        for end in ends.sorted() where end <= boundary && end > closedThrough[stream, default: .min] {
            let inside = mine.filter { $0.time >= max(end - length, cut) && $0.time < end }
            guard !inside.isEmpty else { continue }
            let ordered = inside.sorted { ($0.time, $0.position) < ($1.time, $1.position) }
            let start = length == step ? max(end - length, cut) : end - length
            closed.append(
                ClosedWindow(stream: stream, start: start, end: end, positions: ordered.map(\.position)))
        }
        var last = closedThrough[stream]
        for candidate in ends.union(windowEnds(of: boundary, length, step).map { $0 - length / step * step })
            .union((0...3).map { windowEnds(of: boundary, length, step)[0] - step * Int64($0) })
        where candidate <= boundary && candidate > last ?? .min { last = candidate }
        if let last { closedThrough[stream] = last }
    }

    private mutating func closeCount(_ stream: String, _ size: Int, _ step: Int, partial: Bool) {
        let indices = records.indices.filter { records[$0].stream == stream && !records[$0].cutOff }
        let fresh = indices.filter { !records[$0].counted }
        let isFirst = fresh.count == indices.count
        guard !fresh.isEmpty, partial || fresh.count >= (isFirst ? size : step) else { return }
        let kept = partial ? min(size, fresh.count + (isFirst ? 0 : size - step)) : size
        let inside = indices.suffix(kept).map { records[$0] }
        closed.append(
            ClosedWindow(
                stream: stream, start: inside.map(\.time).min() ?? 0, end: inside.map(\.time).max() ?? 0,
                positions: inside.map(\.position)))
        for index in indices { records[index].counted = true }
    }
}
