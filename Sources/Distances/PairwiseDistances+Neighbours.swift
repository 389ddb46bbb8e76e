internal import DistanceKernels
public import Hardware
public import Vocabulary

extension PairwiseDistances {
    /// The pairs of points whose distance is at most `threshold`, with their distances: the same that
    /// `matrix` would give.
    ///
    /// Memory grows with the edges and with the points, never with the pairs. In low dimension most
    /// pairs are never looked at; in high dimension, and under Hamming, all are.
    ///
    /// The graph's bytes are reserved on the account and stay so: whoever lets it go releases them.
    /// - Throws: as `matrix` does.
    public static func neighbours(
        of cloud: PointCloud, metric: Metric, precision: Precision, within threshold: Double,
        context: ComputeContext
    ) throws(DistanceError) -> NeighbourGraph {
        guard threshold >= 0 else {
            throw .invalidInput(.badParameter("threshold", reason: "\(threshold) is not a number ≥ 0"))
        }
        context.progress.enter("neighbours", at: 0)
        let points = try PreparedPoints(cloud, metric: metric, precision: precision, context: context)
        switch precision {
        case .float32:
            let search = try Neighbours<Float>(
                points, within: threshold, kernels: .selected, context: context)
            let edges = try search.edges()
            return NeighbourGraph(
                graph: SparseGraph(computed: .float32(edges.lengths), ends: edges.ends, count: cloud.count),
                labels: search.tree.order)
        case .float64:
            let search = try Neighbours<Double>(
                points, within: threshold, kernels: .selected, context: context)
            let edges = try search.edges()
            return NeighbourGraph(
                graph: SparseGraph(computed: .float64(edges.lengths), ends: edges.ends, count: cloud.count),
                labels: search.tree.order)
        }
    }

    /// About how many pairs `neighbours` would find, from a sample of at most some ten million: a few
    /// milliseconds, on the calling thread. Exact for up to 256 points.
    ///
    /// - Throws: for a point that has no distance under the metric.
    public static func estimatedNeighbourCount(
        of cloud: PointCloud, metric: Metric, within threshold: Double
    ) throws(DistanceError) -> Int {
        let context = ComputeContext()
        let points = try PreparedPoints(cloud, metric: metric, precision: .float32, context: context)
        // A step near the golden section of the count visits points from everywhere, whatever order
        // they were given in.
        let count = points.count
        var step = max(1, Int(Double(count) * 0.618))
        while greatestCommonDivisor(step, count) != 1 { step += 1 }
        let rowCount = min(count, 256)
        let columnCount = min(count, max(1024, min(1 << 16, (1 << 27) / (256 * points.dimension))))
        let order = (0..<columnCount).map { Int32($0 * step % count) }

        let panels = try PointPanels(points, order: order, context: context)
        var distances = [Float](repeating: 0, count: panels.panelCount * panels.width)
        var found = 0
        for row in 0..<rowCount {
            distances.withUnsafeMutableBufferPointer { distances in
                withUnsafePointer(to: UnsafeMutableRawPointer(distances.baseAddress)) { out in
                    withUnsafePointer(to: columnCount) { wanted in
                        var call = tda_block(
                            panels: panels.base, dimension: panels.dimension, first_row: row, row_count: 1,
                            first_panel: 0, panel_count: panels.panelCount, out: out, wanted: wanted,
                            sum: points.plan.sum, exponent: points.plan.exponent, factor: points.factor)
                        DistanceKernels.selected.run(points.arithmetic, &call)
                    }
                }
                for column in 0..<columnCount where column != row {
                    if Double(distances[column]) <= threshold { found += 1 }
                }
            }
        }
        let sampled = Double(rowCount) * Double(max(columnCount - 1, 1))
        return Int(Double(found) / sampled * (Double(count) * Double(count - 1) / 2))
    }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }
