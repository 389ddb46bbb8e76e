package import Hardware
package import Vocabulary

/// The pass over the lunes of all edges by itself, to be timed and to be compared between the host and
/// devices; computations run it as a part of theirs.
package struct EdgePass: Sendable {
    private let graph: DenseGraph

    package var edgeCount: Int { graph.edgeCount }

    /// - Parameter context: also holds the memory that this keeps.
    package init(
        of matrix: DistanceMatrix, within threshold: Double, context: ComputeContext
    ) throws(HomologyError) {
        graph = try DenseGraph(matrix, labels: nil, threshold: threshold, context: context)
        while try graph.rankMore(upTo: .infinity) {}
    }

    /// How a block is; which apex or pivot vertex is chosen is another matter.
    package enum Shape { case critical, closed, open }

    /// The shape of each edge's block, by rank.
    package func run(_ context: ComputeContext) throws(HomologyError) -> [Shape] {
        let scratch = try WorkerScratch(of: graph, context: context)
        let blocks = try Blocks(of: graph, scratch: scratch, context: context, progress: 0...1)
        return (0..<UInt32(edgeCount)).map { rank in
            blocks.isCritical(rank) ? .critical : blocks.isOpen(rank) ? .open : .closed
        }
    }
}
