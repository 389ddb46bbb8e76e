public import Hardware

/// Why a triangulation or what is built on it could not be finished.
public enum DelaunayError: Error, Sendable, Hashable {
    /// Points of `dimension` coordinates; only 2 and 3 are possible.
    case dimension(Int)
    /// The largest magnitude of a coordinate over the smallest that is not zero is above 2¹⁹⁹: the
    /// products of such numbers do not fit the exponents of Float64. `point` has the small one.
    case scalesTooFarApart(point: Int, smallest: Double, largest: Double)
    case tooManyPoints(count: Int, limit: Int)
    case memory(MemoryBudgetExceeded)
    case stopped(StopReason)
}
