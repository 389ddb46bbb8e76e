import DistanceKernels
import Kafka

/// The Euclidean distances of a stream's last window, for the next one, which overlaps with it: only the rows of
/// points that are new are computed.
///
/// As float32, by the kernels that the daemon has; the last digit may differ from its own where it takes matrix
/// products.
package struct SharedDistances {
    /// The events of the last window: their places in the partition, and where their points begin.
    private var events: [(offset: Int64, start: Int)] = []
    /// The condensed matrix of the last window, by rows of its lower triangle.
    private var lower: [Float] = []
    /// Pairs that were computed, and pairs that were there already.
    package private(set) var computed = 0
    package private(set) var reused = 0

    /// Above, a matrix is more to keep and to send than it saves.
    static let mostPoints = 4096

    package init() {}

    var byteCount: Int { 4 * lower.count }

    /// The condensed matrix of `updates`, which have points of one dimension, in their order.
    package mutating func lowerTriangle(of updates: [CloudUpdate]) -> [Float] {
        let count = updates.reduce(0) { $0 + $1.pointCount }
        let (kept, dropped) = overlap(with: updates)
        let last = lower
        let pairs = Self.rowStart(count)
        lower = [Float](unsafeUninitializedCapacity: pairs) { next, filled in
            for row in 0..<kept {
                let old = Self.rowStart(row + dropped) + dropped
                _ = next[Self.rowStart(row)..<Self.rowStart(row + 1)]
                    .initialize(fromContentsOf: last[old..<old + row])
            }
            Self.compute(kept..<count, of: updates, into: next)
            filled = pairs
        }
        reused += Self.rowStart(kept)
        computed += pairs - Self.rowStart(kept)
        var start = 0
        events = updates.map { update in
            defer { start += update.pointCount }
            return (update.record.offset, start)
        }
        return lower
    }

    /// Where row `row` of a lower triangle begins, which has as many distances.
    private static func rowStart(_ row: Int) -> Int { row * (row - 1) / 2 }

    /// How many points at the front stood side by side in the last window too, and how many stood before them. An
    /// event that came late ends them.
    private func overlap(with updates: [CloudUpdate]) -> (kept: Int, dropped: Int) {
        guard let first = updates.first?.record.offset,
            let index = events.firstIndex(where: { $0.offset == first })
        else { return (0, 0) }
        let kept = zip(updates, events[index...]).prefix { $0.record.offset == $1.offset }
        return (kept.reduce(0) { $0 + $1.0.pointCount }, events[index].start)
    }

    /// The distances from each of the points `rows` to all points before it.
    private static func compute(
        _ rows: Range<Int>, of updates: [CloudUpdate], into lower: UnsafeMutableBufferPointer<Float>
    ) {
        guard !rows.isEmpty, let base = lower.baseAddress, let dimension = updates.first?.dimension,
            let kernels = tda_distance_kernels_select()
        else { return }
        let panels = panels(of: updates, count: rows.upperBound, dimension)
        let starts: [UnsafeMutableRawPointer?] = rows.map { UnsafeMutableRawPointer(base + rowStart($0)) }
        panels.withUnsafeBytes { panels in
            starts.withUnsafeBufferPointer { starts in
                Array(rows).withUnsafeBufferPointer { wanted in
                    var block = tda_block(
                        panels: panels.baseAddress, dimension: dimension, first_row: rows.lowerBound,
                        row_count: rows.count, first_panel: 0,
                        panel_count: (rows.upperBound + panelWidth - 1) / panelWidth, out: starts.baseAddress,
                        wanted: wanted.baseAddress, sum: TDA_ROOT_SUM_OF_SQUARES, exponent: 2, factor: 1)
                    kernels.pointee.floats(&block)
                }
            }
        }
    }

    private static let panelWidth = Int(TDA_PANEL_BYTES) / MemoryLayout<Float>.size

    /// All points as the kernels read them: panels of some points each, coordinate by coordinate.
    private static func panels(of updates: [CloudUpdate], count: Int, _ dimension: Int) -> [Float] {
        let width = panelWidth
        let size = (count + width - 1) / width * width * dimension
        return [Float](unsafeUninitializedCapacity: size) { panels, filled in
            panels.initialize(repeating: 0)
            var point = 0
            for update in updates {
                update.coordinates.withUnsafeBufferPointer { coordinates in
                    for first in stride(from: 0, to: coordinates.count, by: dimension) {
                        let lane = point / width * width * dimension + point % width
                        for k in 0..<dimension { panels[lane + k * width] = Float(coordinates[first + k]) }
                        point += 1
                    }
                }
            }
            filled = size
        }
    }
}
