import Hardware
import Vocabulary

/// The enclosing radius: min over i of max over j of d(i, j).
///
/// From that length on the vertex that attains it is joined to every other, the complex is a cone and
/// its homology that of a point; longer edges change no bar (Bauer, "Ripser", 2021, section 4).
func enclosingRadius(of matrix: DistanceMatrix, context: ComputeContext) throws(HomologyError) -> Double {
    switch matrix.lowerTriangle {
    case .float32(let lengths): Double(try leastEccentricity(lengths, count: matrix.count, context: context))
    case .float64(let lengths): try leastEccentricity(lengths, count: matrix.count, context: context)
    }
}

private func leastEccentricity<Length: SortableLength>(
    _ lengths: NumberArray<Length>, count: Int, context: ComputeContext
) throws(HomologyError) -> Length {
    let kernels = KernelTable()
    let eccentricities = try Eccentricities<Length>(count: count, context: context)
    try LowerTriangle.withRows(of: lengths) { triangle throws(HomologyError) in
        // So many rows that they are worth waking a worker.
        try context.forEachChunk(of: count, size: max(64, (1 << 17) / max(count, 1))) { worker, rows in
            for row in rows where row > 0 {
                eccentricities.enter(worker, row: row, columns: 0..<row, triangle, kernels)
            }
        }
    }
    return eccentricities.least
}

/// The distance from each vertex to the farthest, as distances are entered.
///
/// Sendable: each worker keeps maxima of its own, because a pair (i, j) counts for both.
struct Eccentricities<Length: SortableLength>: Sendable {
    private let highest: Storage<Length>
    private let count: Int

    /// - Parameter count: of the vertices.
    init(count: Int, context: ComputeContext) throws(HomologyError) {
        self.count = count
        highest = try Storage(repeating: 0, count: context.team.size * count, memory: context.memory)
    }

    @inline(__always)
    func enter(
        _ worker: Int, row: Int, columns: Range<Int>, _ triangle: LowerTriangle<Length>,
        _ kernels: KernelTable
    ) {
        let mine = highest.base + worker &* count
        mine[row] = Length.raise(
            mine + columns.lowerBound, to: triangle.row(row) + columns.lowerBound, count: columns.count,
            atLeast: mine[row], kernels)
    }

    var least: Length {
        if count == 0 { return .infinity }
        var least = Length.infinity
        for v in 0..<count {
            var eccentricity: Length = 0
            for first in stride(from: 0, to: highest.count, by: count) {
                eccentricity = max(eccentricity, highest[first + v])
            }
            least = min(least, eccentricity)
        }
        return least
    }
}
