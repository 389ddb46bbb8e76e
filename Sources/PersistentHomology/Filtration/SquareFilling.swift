import Hardware
import RankKernels
import Synchronization
import Vocabulary

/// From here on a number in a row is no rank but the sort key of an edge that has none yet.
let unranked = UInt32(TDA_UNRANKED)

/// Fills the square of a dense graph with sort keys: row v holds, for every vertex in the graph's own
/// numbers, `unranked` + the sort key of the edge to it, and `none` where there is no edge.
struct SquareFilling: Sendable {
    let rows: RankMatrix
    let numbers: [UInt32]
    let context: ComputeContext

    init(rows: RankMatrix, labels: [UInt32], context: ComputeContext) {
        self.rows = rows
        self.context = context
        var numbers = [UInt32](repeating: 0, count: labels.count)
        for (number, label) in labels.enumerated() { numbers[Int(label)] = UInt32(number) }
        self.numbers = numbers
    }

    /// Enters the lengths up to `threshold`. Returns how many there are.
    ///
    /// - Parameter lengths: the lower triangle of the distances, by labels.
    func fill<Length: SortableLength>(
        _ lengths: [Length], threshold: Double
    ) throws(HomologyError) -> Int {
        let edgeCount = Atomic<Int>(0)
        // Each edge goes into the row of the end with the larger label, then across to the other row.
        try context.forEachChunk(of: numbers.count, size: 16) { _, labels in
            var found = 0
            lengths.withUnsafeBufferPointer { lengths in
                numbers.withUnsafeBufferPointer { numbers in
                    for label in labels {
                        found += fillRow(label, lengths, numbers, threshold: Length(threshold))
                    }
                }
            }
            edgeCount.add(found, ordering: .relaxed)
        }
        try mirror()
        let (kernels, matrix) = (KernelTable(), rows)
        try context.forEachChunk(of: numbers.count, size: 16) { _, range in
            for v in range {
                kernels.functions.summarize(matrix.base + v * matrix.stride, matrix.words)
            }
        }
        return edgeCount.load(ordering: .relaxed)
    }

    @inline(__always)
    private func fillRow<Length: SortableLength>(
        _ label: Int, _ lengths: UnsafeBufferPointer<Length>, _ numbers: UnsafeBufferPointer<UInt32>,
        threshold: Length
    ) -> Int {
        let row = rows.base + Int(numbers[label]) * rows.stride
        row.update(repeating: none, count: rows.stride)
        var found = 0
        let first = label * (label - 1) / 2
        for other in 0..<label {
            let length = lengths[first &+ other]
            let isEdge = length <= threshold && length < .infinity
            row[Int(numbers[other])] = isEdge ? unranked | length.sortKey : none
            found &+= isEdge ? 1 : 0
        }
        return found
    }

    /// Copies every edge into the row of its other end, tile by tile.
    private func mirror() throws(HomologyError) {
        let (count, side) = (numbers.count, 32)
        let tiles = (count + side - 1) / side
        let rows = rows
        try context.forEachChunk(of: tiles * (tiles + 1) / 2, size: 64) { _, range in
            let (base, stride) = (rows.base, rows.stride)
            for tile in range {
                let (tileRow, tileColumn) = triangularPosition(tile)
                let columns = tileColumn * side..<min((tileColumn + 1) * side, count)
                for i in tileRow * side..<min((tileRow + 1) * side, count) {
                    for j in columns.lowerBound..<min(columns.upperBound, i) {
                        // One of the two is still none.
                        let key = min(base[i &* stride &+ j], base[j &* stride &+ i])
                        base[i &* stride &+ j] = key
                        base[j &* stride &+ i] = key
                    }
                }
            }
        }
    }
}
