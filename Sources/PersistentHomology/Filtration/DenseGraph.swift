import Hardware
import RankKernels
import Vocabulary

/// A ranked graph as a square matrix of ranks: every question is a scan over rows.
///
/// Sendable: the storages are written while it is built and only read afterwards.
struct DenseGraph: RankedGraph, @unchecked Sendable {
    /// More points than this do not fit the packed ends, and their matrix no machine.
    static let maximumCount = 1 << 16

    let vertexCount: Int
    let matrix: DistanceMatrix
    let context: ComputeContext
    let rows: RankMatrix
    private let ranks: Storage<UInt32>
    /// larger end << 16 | smaller end, by rank.
    let packedEnds: Storage<UInt32>
    /// The given number of each vertex.
    let labels: [UInt32]

    var edgeCount: Int { packedEnds.count }

    /// Sorts the edges up to `threshold`.
    init(_ matrix: DistanceMatrix, threshold: Double, context: ComputeContext) throws(HomologyError) {
        vertexCount = matrix.count
        self.matrix = matrix
        self.context = context
        let sorted: Storage<UInt64> =
            switch matrix.lowerTriangle {
            case .float32(let lengths):
                try Self.sortedEdges(lengths, count: matrix.count, threshold: threshold, context: context)
            case .float64(let lengths):
                try Self.sortedEdges(lengths, count: matrix.count, threshold: threshold, context: context)
            }
        labels = try LocalityOrder.points(count: matrix.count, distance: matrix.distance, context: context)
        packedEnds = try Storage(count: sorted.count, memory: context.memory)
        ranks = try Storage(
            repeating: none, count: RankMatrix.size(rows: matrix.count, count: matrix.count),
            memory: context.memory)
        rows = RankMatrix(base: ranks.base, words: RankMatrix.wordCount(matrix.count))
        try fillRows(sorted)
    }

    /// Writes the rank of every edge into the rows of both its ends, and the summaries of the rows.
    private func fillRows(_ sorted: Storage<UInt64>) throws(HomologyError) {
        var numbers = [UInt32](repeating: 0, count: vertexCount)
        for (number, label) in labels.enumerated() { numbers[Int(label)] = UInt32(number) }
        let (stride, words, numberOf) = (rows.stride, rows.words, numbers)
        let (ends, ranks) = (packedEnds, ranks)
        try context.forEachChunk(of: sorted.count, size: 1 << 14) { _, range in
            for rank in range {
                let packed = UInt32(truncatingIfNeeded: sorted.base[rank])
                let (i, j) = (numberOf[Int(packed >> 16)], numberOf[Int(packed & 0xffff)])
                ends.base[rank] = max(i, j) << 16 | min(i, j)
                ranks.base[Int(i) &* stride &+ Int(j)] = UInt32(truncatingIfNeeded: rank)
                ranks.base[Int(j) &* stride &+ Int(i)] = UInt32(truncatingIfNeeded: rank)
            }
        }
        let kernels = KernelTable()
        try context.forEachChunk(of: vertexCount, size: 16) { _, rows in
            for row in rows { kernels.functions.summarize(ranks.base + row * stride, words) }
        }
    }

    private static func sortedEdges<Length: SortableLength>(
        _ lengths: [Length], count: Int, threshold: Double, context: ComputeContext
    ) throws(HomologyError) -> Storage<UInt64> {
        let (offsets, total) = try edgeOffsets(lengths, count: count, threshold: threshold, context: context)
        let edges = try Storage<UInt64>(count: total, memory: context.memory)
        let limit = threshold
        try context.forEachChunk(of: count, size: 64) { _, rows in
            lengths.withUnsafeBufferPointer { lengths in
                for i in rows where i > 0 {
                    var next = offsets[i]
                    let row = lengths.baseAddress.unsafelyUnwrapped + i * (i - 1) / 2
                    for j in 0..<i where Double(row[j]) <= limit && row[j] < .infinity {
                        edges.base[next] = UInt64(row[j].sortKey) << 32 | UInt64(i << 16 | j)
                        next += 1
                    }
                }
            }
        }
        let sorted = try EdgeSort.sort(edges, context: context)
        if !Length.sortKeyIsExact {
            try EdgeSort.refineRuns(sorted, context: context) { packed -> Length in
                let (i, j) = (Int(packed >> 16), Int(packed & 0xffff))
                return lengths[i * (i - 1) / 2 + j]
            }
        }
        return sorted
    }

    /// Where the edges of each row start in lexicographic order, and how many there are.
    private static func edgeOffsets<Length: SortableLength>(
        _ lengths: [Length], count: Int, threshold: Double, context: ComputeContext
    ) throws(HomologyError) -> ([Int], Int) {
        let sizes = try Storage<Int>(repeating: 0, count: count, memory: context.memory)
        try context.forEachChunk(of: count, size: 64) { _, rows in
            lengths.withUnsafeBufferPointer { lengths in
                for i in rows where i > 0 {
                    let row = lengths.baseAddress.unsafelyUnwrapped + i * (i - 1) / 2
                    var size = 0
                    for j in 0..<i { size &+= Double(row[j]) <= threshold && row[j] < .infinity ? 1 : 0 }
                    sizes.base[i] = size
                }
            }
        }
        var offsets = [Int](repeating: 0, count: count)
        var total = 0
        for i in 0..<count {
            offsets[i] = total
            total += sizes[i]
        }
        return (offsets, total)
    }

    @inline(__always)
    func ends(of rank: UInt32) -> (UInt32, UInt32) {
        let packed = packedEnds.base[Int(rank)]
        return (packed &>> 16, packed & 0xffff)
    }

    // A group is a square tile of the matrix: few rows, which stay in the cache while the edges between
    // them are looked at.
    private static var tileSide: Int { 16 }
    private var tileCount: Int { (vertexCount + Self.tileSide - 1) / Self.tileSide }

    var edgeGroupCount: Int { tileCount * (tileCount + 1) / 2 }

    func edgeGroup(of rank: UInt32) -> Int {
        let (i, j) = ends(of: rank)
        let (row, column) = (Int(i) / Self.tileSide, Int(j) / Self.tileSide)
        return row * (row + 1) / 2 + column
    }

    @inline(__always)
    func forEachEdge(
        inGroup group: Int, _ body: (UInt32) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        let (tileRow, tileColumn) = triangularPosition(group)
        let rows = tileRow * Self.tileSide..<min((tileRow + 1) * Self.tileSide, vertexCount)
        let columns = tileColumn * Self.tileSide..<min((tileColumn + 1) * Self.tileSide, vertexCount)
        for i in rows {
            let row = self.rows.row(UInt32(i))
            for j in columns.lowerBound..<min(columns.upperBound, i) where row[j] != none { try body(row[j]) }
        }
    }

    func length(of rank: UInt32) -> Double {
        let (i, j) = ends(of: rank)
        return matrix.distance(Int(labels[Int(i)]), Int(labels[Int(j)])) + 0
    }

    func label(of v: UInt32) -> UInt32 { labels[Int(v)] }

    func makeScanner() throws(HomologyError) -> DenseScanner { try DenseScanner(self) }

    var deviceRows: DeviceRows? {
        DeviceRows(
            matrix: rows, lanes: UnsafeBufferPointer(start: ranks.base, count: ranks.count), ends: packedEnds)
    }
}

extension DistanceMatrix {
    fileprivate func distance(_ i: Int, _ j: Int) -> Double {
        i == j ? 0 : lowerTriangle[max(i, j) * (max(i, j) - 1) / 2 + min(i, j)]
    }
}

/// The row and column of place `index` in a lower triangle with its diagonal, row by row.
private func triangularPosition(_ index: Int) -> (row: Int, column: Int) {
    var row = Int(((1 + 8 * Double(index)).squareRoot() - 1) / 2)
    while row * (row + 1) / 2 > index { row -= 1 }
    while (row + 1) * (row + 2) / 2 <= index { row += 1 }
    return (row, index - row * (row + 1) / 2)
}
