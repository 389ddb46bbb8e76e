import Hardware
import RankKernels
import Vocabulary

/// How far the edges of a dense graph have ranks.
///
/// Sendable: changed between phases only.
final class DenseRanking: @unchecked Sendable {
    /// larger end << 16 | smaller end, by rank.
    let ends: ReservedArray<UInt32>
    /// Keys below this are ranked.
    fileprivate(set) var bound = unranked
    /// Keys of edges from all over the graph, ascending; empty until they are wanted.
    fileprivate var sample: [UInt32] = []

    init(capacity: Int, memory: MemoryAccount) {
        ends = ReservedArray(capacity: capacity, memory: memory)
    }
}

extension DenseGraph {
    /// Ranks a batch of edges: those up to `length`, or where they are ranked already about as many again,
    /// and not so many that sorting takes much memory. False when all have a rank.
    func rankMore(upTo length: Double) throws(HomologyError) -> Bool {
        if edgeCount == totalEdgeCount { return false }
        var bound = key(beyond: length)
        if bound <= ranking.bound { bound = self.bound(ofAbout: 2 * edgeCount) }
        let most = max(totalEdgeCount / 4, Self.smallBatch)
        if totalEdgeCount - edgeCount > most { bound = min(bound, self.bound(ofAbout: edgeCount + most)) }
        switch matrix.lowerTriangle {
        case .float32(let lengths): try rank(below: bound, lengths)
        case .float64(let lengths): try rank(below: bound, lengths)
        }
        return true
    }

    /// Edges that are worth no second batch.
    private static let smallBatch = 1 << 18
    /// So few are ranked all at once: to look for a bound would take longer.
    private static let fewEdges = 1 << 13

    /// The least key beyond all edges of `length`.
    private func key(beyond length: Double) -> UInt32 {
        switch matrix.lowerTriangle {
        case .float32: unranked | Float(min(length, Double(Float.greatestFiniteMagnitude))).sortKey + 1
        case .float64: unranked | min(length, .greatestFiniteMagnitude).sortKey + 1
        }
    }

    /// A bound beyond the last one, below which there are about `count` edges.
    private func bound(ofAbout count: Int) -> UInt32 {
        if totalEdgeCount <= Self.fewEdges { return none }
        if ranking.sample.isEmpty { ranking.sample = sortedSample() }
        let sample = ranking.sample
        let ranked = sample.firstIndex { $0 >= ranking.bound } ?? sample.count
        let place = max(ranked, sample.count * count / totalEdgeCount) + 1
        return place < sample.count ? sample[place] + 1 : none
    }

    private func sortedSample() -> [UInt32] {
        let wanted = 2048
        let perRow = max(1, wanted / vertexCount)
        var sample: [UInt32] = []
        for v in stride(from: 1, to: vertexCount, by: max(1, vertexCount / wanted)) {
            // Places of its own in each row, so that no vertex is in all.
            for k in 0..<perRow {
                let key = rows.rank(UInt32(v), UInt32((v &* 7919 &+ k &* 104_729) % v))
                // Ranked edges count as the shortest.
                if key != none { sample.append(max(key, unranked)) }
            }
        }
        sample.sort()
        return sample
    }

    /// Gives the next ranks to the edges whose keys are below `bound` and were not before.
    private func rank<Length: SortableLength>(below bound: UInt32, _ lengths: [Length]) throws(HomologyError)
    {
        let low = edgeCount == 0 ? shortestKey : ranking.bound
        if bound <= low { return ranking.bound = bound }
        let batch = try edges(from: low, below: bound)
        let width = UInt32.bitWidth - (bound - low).leadingZeroBitCount
        let sorted = try EdgeSort.sort(batch, by: 32..<32 + width, context: context)
        if !Length.sortKeyIsExact {
            try EdgeSort.refineRuns(sorted, context: context) { packed -> Length in
                let (i, j) = (place(of: packed >> 16), place(of: packed & 0xffff))
                return lengths[max(i, j) * (max(i, j) - 1) / 2 + min(i, j)]
            }
        }
        try enter(sorted)
        ranking.bound = bound
    }

    /// The least of all keys, so that no digits are sorted by that are the same in all.
    private var shortestKey: UInt32 {
        var least = none
        for v in 0..<vertexCount {
            for word in 0..<Int(rows.words) { least = min(least, rows.minimum(UInt32(v), word: word)) }
        }
        return least
    }

    /// Edges whose keys are in a range, as `key - low << 32 | packed ends`, in lexicographic order.
    private func edges(from low: UInt32, below high: UInt32) throws(HomologyError) -> Storage<UInt64> {
        let (rows, count, kernels) = (rows, vertexCount, KernelTable())
        let starts = try Storage<Int>(count: count + 1, memory: context.memory)
        try context.forEachChunk(of: count, size: 64) { _, range in
            for i in range {
                starts.base[i] = Int(
                    kernels.functions.pack(rows.row(UInt32(i)), rows.words, UInt32(i), low, high, 0, nil))
            }
        }
        var total = 0
        for i in 0..<count {
            let size = starts.base[i]
            starts.base[i] = total
            total += size
        }
        let edges = try Storage<UInt64>(count: total, memory: context.memory)
        try context.forEachChunk(of: count, size: 64) { _, range in
            for i in range {
                _ = kernels.functions.pack(
                    rows.row(UInt32(i)), rows.words, UInt32(i), low, high, UInt32(i) << 16,
                    edges.base + starts.base[i])
            }
        }
        return edges
    }

    /// Writes ranks, from the first free one on, into the rows of both ends.
    private func enter(_ sorted: Storage<UInt64>) throws(HomologyError) {
        let first = edgeCount
        try ranking.ends.grow(to: first + sorted.count)
        let (rows, ends) = (rows, ranking.ends)
        try context.forEachChunk(of: sorted.count, size: 1 << 14) { _, range in
            for place in range {
                ends.base[first &+ place] = UInt32(truncatingIfNeeded: sorted.base[place])
            }
            tda_enter_ranks(
                rows.base, rows.words, ends.base + first + range.lowerBound, UInt32(range.count),
                UInt32(first + range.lowerBound))
        }
    }
}
