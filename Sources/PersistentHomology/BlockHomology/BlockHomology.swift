import Hardware
import Synchronization
import Vocabulary

/// Dimensions from 2 on by homology, block by block, as `CycleReduction` does it in dimension 1.
///
/// The block of e adds H_k(K_r, K_{r−1}) ≅ H̃_{k−2}(X(e)) to dimension k: most blocks add nothing, and each class is
/// either the birth of a bar of dimension k or the death of one of dimension k − 1. So there are as many columns as
/// there are ends of bars. A cycle h of X(e) of degree k − 1 is the death of a ∗ h − b ∗ h, a cycle of lower blocks,
/// which is pushed down until it meets a birth (docs/engine.md, section 4).
struct BlockHomology<Graph: RankedGraph, Entry: ColumnEntry> {
    let graph: Graph
    let blocks: Blocks
    let codec: SimplexCodec<Entry.Key>
    let field: PrimeField
    /// The highest, ≥ 2.
    let dimension: Int
    /// Whether to try in any case, without a look at a sample of blocks.
    let isChosen: Bool
    let context: ComputeContext
    let scratch: WorkerScratch<Graph.Scanner>

    /// The bars of dimensions 2 and up; nil where blocks have so much homology that columns are the better way.
    ///
    /// - Parameter deaths: the ranks at which bars of dimension 1 end, one for each bar.
    func bars(
        deaths: some Sequence<UInt32>, progress: (Int) -> ClosedRange<Double>
    ) throws(HomologyError) -> [PersistencePair]? {
        guard dimension <= HigherDimensionsWay.mostDimensions,
            codec.bits * (dimension + 1) <= Entry.Key.bitWidth
        else {
            return nil
        }
        let examiners = (0..<context.team.size).map { worker in
            BlockExaminer<Graph, Entry>(
                graph: graph, blocks: blocks, field: field, codec: PositionCodec(bits: codec.bits),
                scanner: scratch.scanners[worker], lune: scratch.lunes[worker], context: context)
        }
        if !isChosen, try !isWorthwhile(examiners) { return nil }
        // What gives birth in the highest dimension has to be known everywhere, what ends it as far as some live.
        let memory = CountedBytes(memory: context.memory)
        let first = progress(2)
        guard
            let known = try fertileBlocks(
                in: 0..<graph.edgeCount, degrees: 0...dimension - 2, examiners, memory,
                progress: first.lowerBound...(first.lowerBound + first.upperBound) / 2)
        else { return nil }
        var deaths = Dictionary(deaths.lazy.map { ($0, 1) }, uniquingKeysWith: +)
        var pairs: [PersistencePair] = []
        for k in 2...dimension {
            let pairing = CyclePairing<Entry>(births: known[k - 2], deaths: deaths, memory: context.memory)
            let reducers = examiners.indices.map { worker in
                BlockCycleReducer<Graph, Entry>(
                    pairing, examiner: examiners[worker], graph: graph, blocks: blocks, codec: codec,
                    field: field,
                    dimension: k, scanner: scratch.scanners[worker], context: context)
            }
            let isDone =
                if k < dimension {
                    try reduce(known[k - 1], reducers, pairing)
                } else {
                    try reduceHighest(reducers, pairing, examiners, memory, progress: progress(k))
                }
            if !isDone { return nil }
            for (birth, death) in pairing.pairs {
                if let pair = graph.pair(dimension: k, birth: birth, death: death) { pairs.append(pair) }
            }
            deaths = pairing.deaths
        }
        return pairs
    }

    /// Whether so few open blocks have homology of their own that cycles are the better way, by a sample of blocks:
    /// the first open one of each part of the ranks stands for all that are open there.
    private func isWorthwhile(_ examiners: [BlockExaminer<Graph, Entry>]) throws(HomologyError) -> Bool {
        let (edgeCount, blocks) = (graph.edgeCount, blocks)
        let size = min(256, max(edgeCount / 16, 32))
        // Not a method: to hand one on takes hold of everything that is here, for each part anew.
        let isOpen: @Sendable (Int) -> Bool = { blocks.isOpen(UInt32(truncatingIfNeeded: $0)) }
        let open = Atomic<Int>(0)
        let fertile = Atomic<Int>(0)
        try context.forEachChunk(of: size, size: 32) { worker, range throws(HomologyError) in
            for index in range {
                let part = index * edgeCount / size..<(index + 1) * edgeCount / size
                guard let first = part.first(where: isOpen) else { continue }
                let count = (first..<part.upperBound).count(where: isOpen)
                open.add(count, ordering: .relaxed)
                let rank = UInt32(truncatingIfNeeded: first)
                if try examiners[worker].isFertile(rank, degrees: 0...dimension - 2) {
                    fertile.add(count, ordering: .relaxed)
                }
            }
        }
        let way = HigherDimensionsWay(
            dimension: dimension, open: open.load(ordering: .relaxed),
            fertile: fertile.load(ordering: .relaxed))
        return way == .homology
    }

    /// Looks for the deaths of the highest dimension, window after window, until every birth has met its own. Returns
    /// false when that takes too much.
    private func reduceHighest(
        _ reducers: [BlockCycleReducer<Graph, Entry>], _ pairing: CyclePairing<Entry>,
        _ examiners: [BlockExaminer<Graph, Entry>], _ memory: CountedBytes, progress: ClosedRange<Double>
    ) throws(HomologyError) -> Bool {
        let edgeCount = graph.edgeCount
        let degree = dimension - 1
        func fraction(_ rank: Int) -> Double {
            progress.lowerBound + Double(rank) / Double(edgeCount)
                * (progress.upperBound - progress.lowerBound)
        }
        let size = max(edgeCount / 64, 1 << 12)
        for start in stride(from: 0, to: edgeCount, by: size) where !pairing.isComplete {
            let window = start..<min(start + size, edgeCount)
            let found = try fertileBlocks(
                in: window, degrees: degree...degree, examiners, memory,
                progress: fraction(window.lowerBound)...fraction(window.upperBound))
            guard let found, try reduce(found[0], reducers, pairing) else { return false }
        }
        return true
    }

    /// Reduces the cycles that `found` blocks fill. Returns false when that takes too much.
    private func reduce(
        _ found: [FertileBlock<Entry>], _ reducers: [BlockCycleReducer<Graph, Entry>],
        _ pairing: CyclePairing<Entry>
    ) throws(HomologyError) -> Bool {
        let tooMuch = Atomic<Bool>(false)
        // Between groups of cycles what has died is looked up.
        let group = 256
        for start in stride(from: 0, to: found.count, by: group) {
            try context.forEachChunk(of: min(group, found.count - start), size: 1) {
                worker, range throws(HomologyError) in
                for index in range where !tooMuch.load(ordering: .relaxed) {
                    if try !reducers[worker].reduce(found[start + index], limit: mostTerms) {
                        tooMuch.store(true, ordering: .relaxed)
                    }
                }
            }
            if tooMuch.load(ordering: .relaxed) { return false }
            pairing.settle()
        }
        return true
    }

    /// Terms that a worker's cycles of a dimension may add before columns are taken instead. On many workers they may
    /// add more in all, in no more time: a share for each would give up by the one that has the long cycle.
    private var mostTerms: Int { 1 << 20 + 4 * graph.edgeCount }

    /// The blocks with ranks in `window` that may have homology in each of `degrees`, ascending; nil where that is
    /// too much to tell.
    private func fertileBlocks(
        in window: Range<Int>, degrees: ClosedRange<Int>, _ examiners: [BlockExaminer<Graph, Entry>],
        _ memory: CountedBytes, progress: ClosedRange<Double>
    ) throws(HomologyError) -> [[FertileBlock<Entry>]]? {
        let tooMuch = Atomic<Bool>(false)
        try context.forEachChunk(of: window.count, size: 64) { worker, range throws(HomologyError) in
            for index in range {
                let rank = UInt32(truncatingIfNeeded: window.lowerBound + index)
                guard blocks.isOpen(rank) else { continue }
                if tooMuch.load(ordering: .relaxed) { return }
                if try !examiners[worker].examine(rank, degrees: degrees) {
                    tooMuch.store(true, ordering: .relaxed)
                }
                try context.checkStop()
            }
            context.progress.advance(by: Double(range.upperBound) / Double(window.count), of: progress)
        }
        if tooMuch.load(ordering: .relaxed) { return nil }
        var found = degrees.map { _ in [FertileBlock<Entry>]() }
        for examiner in examiners {
            for block in examiner.takeFound() {
                found[block.degree - degrees.lowerBound].append(block)
                try memory.reserve(block.bytes)
            }
        }
        for index in found.indices { found[index].sort { $0.rank < $1.rank } }
        return found
    }
}
