import Synchronization

/// How far a computation is, written by its workers and sampled by whoever watches: no callbacks,
/// no locks, nothing to pay where nobody looks.
public final class ProgressMeter: Sendable {
    /// What is being done. The overall fraction is split between phases by `enter`.
    private let phaseName = Mutex<String>("")
    /// Overall progress in parts per million, never falling.
    private let partsPerMillion = Atomic<Int>(0)

    public init() {}

    /// Names the phase that starts now; `fraction` is the overall progress at its start, 0 to 1.
    public func enter(_ phase: String, at fraction: Double) {
        phaseName.withLock { $0 = phase }
        advance(to: fraction)
    }

    /// Raises the overall progress to `fraction`, 0 to 1; a lower value changes nothing.
    public func advance(to fraction: Double) {
        guard (0...1).contains(fraction) else { return }
        partsPerMillion.max(Int(fraction * 1_000_000), ordering: .relaxed)
    }

    /// Raises the overall progress to where `share`, 0 to 1, of the part that `range` is has been done.
    public func advance(by share: Double, of range: ClosedRange<Double>) {
        advance(to: range.lowerBound + share * (range.upperBound - range.lowerBound))
    }

    public var phase: String { phaseName.withLock { $0 } }
    public var fraction: Double { Double(partsPerMillion.load(ordering: .relaxed)) / 1_000_000 }
}
