import Hardware
import RankKernels
import Synchronization
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
        try rank(below: bound)
        return true
    }

    /// Ranks about `count` of the shortest edges of a small graph; none has a rank yet.
    func rankFirst(about count: Int) throws(HomologyError) {
        let sample = sortedSample(of: Self.smallSample)
        let place = sample.count * count / max(totalEdgeCount, 1)
        try rank(below: place < sample.count ? sample[place] + 1 : none)
    }

    /// Enough keys to tell within a tenth or two how many edges come before one.
    private static let smallSample = 128

    /// Edges that are worth no second batch.
    private static let smallBatch = 1 << 18
    /// So few are ranked all at once: to look for a bound would take longer.
    private static let fewEdges = 1 << 13

    /// The least key beyond all edges of `length`.
    private func key(beyond length: Double) -> UInt32 {
        switch lengths.precision {
        case .float32: unranked | Float(min(length, Double(Float.greatestFiniteMagnitude))).sortKey + 1
        case .float64: unranked | min(length, .greatestFiniteMagnitude).sortKey + 1
        }
    }

    /// A bound beyond the last one, below which there are about `count` edges.
    private func bound(ofAbout count: Int) -> UInt32 {
        if totalEdgeCount <= Self.fewEdges { return none }
        if ranking.sample.isEmpty { ranking.sample = sortedSample(of: 2048) }
        let sample = ranking.sample
        let ranked = sample.firstIndex { $0 >= ranking.bound } ?? sample.count
        let place = max(ranked, sample.count * count / totalEdgeCount) + 1
        return place < sample.count ? sample[place] + 1 : none
    }

    private func sortedSample(of wanted: Int) -> [UInt32] {
        let perRow = max(1, wanted / vertexCount)
        var sample: [UInt32] = []
        sample.reserveCapacity(2 * wanted)
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
    private func rank(below bound: UInt32) throws(HomologyError) {
        let low = edgeCount == 0 ? try shortestKey() : ranking.bound
        if bound <= low { return ranking.bound = bound }
        let batch = try edges(from: low, below: bound)
        let width = UInt32.bitWidth - (bound - low).leadingZeroBitCount
        let sorted = try EdgeSort.sort(batch, by: 32..<32 + width, context: context)
        if lengths.precision == .float64 {
            try EdgeSort.refineRuns(sorted, context: context) { packed in
                length((packed >> 16, packed & 0xffff))
            }
        }
        try enter(sorted, keysFrom: low)
        ranking.bound = bound
    }

    /// The least of all keys, so that no digits are sorted by that are the same in all.
    private func shortestKey() throws(HomologyError) -> UInt32 {
        let least = Atomic<UInt32>(none)
        try context.forEachChunk(of: vertexCount, size: 256) { _, range in
            var own = none
            for v in range {
                for word in 0..<Int(rows.words) { own = min(own, rows.minimum(UInt32(v), word: word)) }
            }
            least.min(own, ordering: .relaxed)
        }
        return least.load(ordering: .relaxed)
    }

    /// Edges whose keys are in a range, as `key - low << 32 | packed ends`, in lexicographic order.
    private func edges(from low: UInt32, below high: UInt32) throws(HomologyError) -> Storage<UInt64> {
        let (rows, count, kernels) = (rows, vertexCount, KernelTable())
        let size = count <= 128 ? count : 64
        let lists = ChunkLists<UInt64>(count: (count + size - 1) / size, memory: context.memory)
        let found = InPlaceArray(count: context.team.size) { _ in
            GrowingList<UInt64>(memory: context.memory)
        }
        try context.forEachChunk(of: count, size: size) { worker, range throws(HomologyError) in
            let list = found[worker]
            list.pointee.removeAll()
            // All rows: no more than the edges that are left.
            if range.count == count { try list.pointee.reserve(totalEdgeCount - edgeCount) }
            for i in range {
                if range.count < count { try list.pointee.reserve(i) }
                let packed = kernels.functions.pack(
                    rows.row(UInt32(i)), rows.words, UInt32(i), low, high, UInt32(i) << 16,
                    list.pointee.base + list.pointee.count)
                list.pointee.setCount(list.pointee.count + Int(packed))
            }
            try lists.set(range.lowerBound / size, list.pointee.elements)
        }
        return try lists.joined(context)
    }

    /// Writes ranks, from the first free one on, into the rows of both ends.
    ///
    /// - Parameter low: what the keys of `sorted` begin at.
    private func enter(_ sorted: Storage<UInt64>, keysFrom low: UInt32) throws(HomologyError) {
        let first = edgeCount
        try ranking.ends.grow(to: first + sorted.count)
        var byRank: ReservedArray<Float>?
        if case .byRank(let lengths) = lengths {
            try lengths.grow(to: first + sorted.count)
            byRank = lengths
        }
        let lengths = byRank
        let (rows, ends) = (rows, ranking.ends)
        try context.forEachChunk(of: sorted.count, size: 1 << 14) { _, range in
            for place in range {
                ends.base[first &+ place] = UInt32(truncatingIfNeeded: sorted.base[place])
            }
            if let lengths {
                for place in range {
                    let key = low &+ UInt32(truncatingIfNeeded: sorted.base[place] &>> 32)
                    lengths.base[first &+ place] = Float(bitPattern: key & ~unranked)
                }
            }
            tda_enter_ranks(
                rows.base, rows.words, ends.base + first + range.lowerBound, UInt32(range.count),
                UInt32(first + range.lowerBound))
        }
    }
}
