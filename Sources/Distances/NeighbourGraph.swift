public import Vocabulary

/// The pairs of points within a threshold, under numbers by which near points stand near each other.
///
/// The edges of `graph` are sorted by the larger of their two ends, then by the smaller.
public struct NeighbourGraph: Sendable, Hashable {
    public let graph: SparseGraph
    /// Which point of the cloud each vertex is.
    public let labels: [Int32]

    /// The same with the points' own numbers, its edges in no order.
    public var byPoint: SparseGraph {
        SparseGraph(
            computed: graph.lengths, ends: graph.ends.map { labels[Int($0)] }, count: graph.count)
    }
}
