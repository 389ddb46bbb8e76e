/// The points that stand for all, and how far any other is from the nearest of them.
public struct Subsample: Sendable, Hashable {
    /// By the caller's numbers, in the order in which they were chosen.
    public let indices: [Int32]
    /// No point of the input is farther from the nearest of them.
    public let coveringRadius: Double

    public init(indices: [Int32], coveringRadius: Double) {
        self.indices = indices
        self.coveringRadius = coveringRadius
    }
}
