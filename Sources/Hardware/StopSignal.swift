import Synchronization

/// Why a computation is asked to stop.
public enum StopReason: UInt8, Sendable {
    case cancelled = 1
    case deadlineExceeded = 2
}

/// Tells a running computation to stop. Set from anywhere, polled at chunk boundaries; the first
/// reason stays.
public final class StopSignal: Sendable {
    private let state = Atomic<UInt8>(0)

    public init() {}

    public func stop(_ reason: StopReason) {
        _ = state.compareExchange(expected: 0, desired: reason.rawValue, ordering: .relaxed)
    }

    /// A relaxed load: cheap enough for every chunk.
    @inlinable public var isStopped: Bool { reason != nil }

    public var reason: StopReason? { StopReason(rawValue: state.load(ordering: .relaxed)) }
}
