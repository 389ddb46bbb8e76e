/// One event as it waits for its windows.
public struct Event<Element: Sendable>: Sendable {
    public let element: Element
    /// When it happened, in milliseconds since 1970.
    public let time: Int64
    /// Its place in the log that it came from; rises.
    public let position: Int64
    let weight: Int
    let identity: UInt64?
}

/// Why a window was closed.
public enum ClosingReason: String, Sendable, Hashable {
    /// Event time has passed its end.
    case watermark
    /// It holds as many events as it is to hold.
    case count
    /// The stream was quiet.
    case idle
    /// It was closed early, as memory ran out.
    case memory
    /// The stream was ended.
    case end
}

/// A closed window. It has at least one event.
public struct Window<Element: Sendable>: Sendable {
    public let stream: String
    /// Milliseconds since 1970: the span [start, end), or the first and the last event of a count window.
    public let start: Int64
    public let end: Int64
    /// By time, then position; by position in a count window.
    public let events: [Event<Element>]
    public let reason: ClosingReason
    /// Where the stream goes on when this window and those before are done with, see `StreamWindows.resume`;
    /// and where it goes on when only those before are: nil for the first.
    public let floor: Int64
    public let floorBefore: Int64?

    /// The first place in the log that this window was made from.
    public var firstPosition: Int64 { events.reduce(.max) { min($0, $1.position) } }
}

/// What became of an event.
public enum Insertion: Sendable, Hashable {
    case taken
    /// All its windows are closed.
    case late
    /// It was in windows that were done with before the log was read again.
    case replayed
    /// One with the same identity waits already.
    case duplicate
    /// The stream holds as much as it may.
    case full
}
