/// The time that one way of computing took for one kind of work on one machine.
public struct MeasuredRate: Sendable, Hashable {
    /// What was computed.
    public enum Work: String, Sendable, CaseIterable {
        /// All distances of a cloud; the unit is a pair of points.
        case distances
        /// The pass over the edges of a dense graph; the unit is an edge.
        case edges
    }

    public let work: Work
    /// `cpu`, `openblas`, or `opencl` and the device's name.
    public let backend: String
    /// Of the points; for edges, how many points there are: a pass looks at sets of these.
    public let dimension: Int
    /// For one unit of work, by all threads together.
    public let seconds: Double

    public init(work: Work, backend: String, dimension: Int, seconds: Double) {
        self.work = work
        self.backend = backend
        self.dimension = dimension
        self.seconds = seconds
    }
}
