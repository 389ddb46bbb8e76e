internal import DistanceKernels
package import Hardware
package import Vocabulary

/// The distances from one point of a cloud to all, a row at a time: the same numbers as in the matrix.
///
/// Sendable: rows are only read from it.
package struct DistanceRows: Sendable {
    private let points: PreparedPoints
    private let panels: PointPanels
    package let count: Int
    /// Points in a panel; `fill` goes by whole panels.
    let panelWidth: Int
    var panelCount: Int { panels.panelCount }

    package init(
        _ cloud: PointCloud, metric: Metric, precision: Precision, context: ComputeContext
    ) throws(DistanceError) {
        points = try PreparedPoints(cloud, metric: metric, precision: precision, context: context)
        panels = try PointPanels(points, context: context)
        count = cloud.count
        panelWidth = panels.width
    }

    /// The distances from `point` to all points, of a cloud in precision float32.
    package func row(of point: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: panelCount * panelWidth) { buffer, initialized in
            initialized = count
            if let base = buffer.baseAddress { fill(base, from: point, panels: 0..<panelCount) }
        }
    }

    /// Writes the distances from `point` to the points of `range`, a range of panels, to `row` on.
    ///
    /// - Parameter row: the distance to point i goes to `row[i - first]`, `first` being the first point of
    ///   the range. Of the precision that was asked for.
    func fill<Value: BinaryFloatingPoint>(
        _ row: UnsafeMutablePointer<Value>, from point: Int, panels range: Range<Int>
    ) {
        let width = min(range.count * panelWidth, count - range.lowerBound * panelWidth)
        withUnsafePointer(to: UnsafeMutableRawPointer(row)) { out in
            withUnsafePointer(to: width) { wanted in
                out.withMemoryRebound(to: UnsafeMutableRawPointer?.self, capacity: 1) { out in
                    var call = tda_block(
                        panels: panels.base, dimension: panels.dimension, first_row: point, row_count: 1,
                        first_panel: range.lowerBound, panel_count: range.count, out: out, wanted: wanted,
                        sum: points.plan.sum, exponent: points.plan.exponent, factor: points.factor)
                    DistanceKernels.selected.run(points.arithmetic, &call)
                    points.refine(call, order: nil)
                }
            }
        }
    }
}
