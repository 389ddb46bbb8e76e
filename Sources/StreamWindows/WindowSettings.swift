/// How streams are cut into windows. Times are milliseconds.
public struct WindowSettings: Sendable, Hashable {
    public enum Shape: Sendable, Hashable {
        /// Event time, windows [k·length, (k + 1)·length).
        case tumbling(length: Int64)
        /// Event time, windows [k·step, k·step + length).
        case sliding(length: Int64, step: Int64)
        /// Every `step` events, the last `size` of them, in order of arrival.
        case count(size: Int, step: Int)
    }

    public let shape: Shape
    /// How far events may come out of order: a window closes when an event this much later than its end has
    /// come.
    public let lateness: Int64
    /// A stream without events for this long counts as quiet, and its windows close.
    public let idle: Int64
    /// The largest weight that the events of one stream which wait for their windows may have together.
    public let streamLimit: Int
    /// How many streams are remembered.
    public let maxStreams: Int

    /// - Throws: `WindowSettingsError` naming the number that makes no sense.
    public init(
        shape: Shape, lateness: Int64 = 0, idle: Int64 = 3000, streamLimit: Int = .max,
        maxStreams: Int = 100_000
    ) throws(WindowSettingsError) {
        switch shape {
        case .tumbling(let length): try Self.check(length, "the length of a window")
        case .sliding(let length, let step):
            try Self.check(length, "the length of a window")
            try Self.check(step, "the step of sliding windows")
            guard step <= length else { throw .stepBeyondLength }
        case .count(let size, let step):
            try Self.check(Int64(size), "the size of a count window")
            try Self.check(Int64(step), "the step of count windows")
            guard step <= size else { throw .stepBeyondLength }
        }
        guard lateness >= 0 else { throw .notPositive("the lateness") }
        try Self.check(idle, "the idle time")
        try Self.check(Int64(streamLimit), "the limit of a stream")
        try Self.check(Int64(maxStreams), "the number of streams")
        self.shape = shape
        self.lateness = lateness
        self.idle = idle
        self.streamLimit = streamLimit
        self.maxStreams = maxStreams
    }

    private static func check(_ value: Int64, _ name: String) throws(WindowSettingsError) {
        guard value > 0 else { throw .notPositive(name) }
    }
}

public enum WindowSettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    case notPositive(String)
    case stepBeyondLength

    public var description: String {
        switch self {
        case .notPositive(let name): "\(name) is not above 0"
        case .stepBeyondLength: "the step of windows is longer than the windows: events would be in none"
        }
    }
}
