import Hardware
import Vocabulary

/// The enclosing radius: min over i of max over j of d(i, j).
///
/// From that length on the vertex that attains it is joined to every other, the complex is a cone and
/// its homology that of a point; longer edges change no bar (Bauer, "Ripser", 2021, section 4).
func enclosingRadius(of matrix: DistanceMatrix, context: ComputeContext) throws(HomologyError) -> Double {
    switch matrix.lowerTriangle {
    case .float32(let lengths):
        Double(try leastEccentricity(lengths, count: matrix.count, context: context))
    case .float64(let lengths): try leastEccentricity(lengths, count: matrix.count, context: context)
    }
}

private func leastEccentricity<Length: SortableLength>(
    _ lengths: [Length], count: Int, context: ComputeContext
) throws(HomologyError) -> Length {
    let (workers, kernels) = (context.team.size, KernelTable())
    // Each worker keeps maxima of its own, because a pair (i, j) counts for both rows.
    let highest = try Storage<Length>(repeating: 0, count: workers * count, memory: context.memory)
    // So many rows that they are worth waking a worker.
    try context.forEachChunk(of: count, size: max(64, (1 << 17) / max(count, 1))) { worker, rows in
        let mine = highest.base + worker * count
        lengths.withUnsafeBufferPointer { lengths in
            for i in rows where i > 0 {
                let row = lengths.baseAddress.unsafelyUnwrapped + i * (i - 1) / 2
                mine[i] = Length.raise(mine, to: row, count: i, atLeast: mine[i], kernels)
            }
        }
    }
    var least = Length.infinity
    for i in 0..<count {
        var eccentricity: Length = 0
        for worker in 0..<workers { eccentricity = max(eccentricity, highest[worker * count + i]) }
        least = min(least, eccentricity)
    }
    return least
}
