import Hardware

/// The births of dimension 1: edges with an empty lune that do not join two components. Each closes
/// no triangle when it comes, so it makes a cycle that was not there; every other edge outside the
/// forest comes with a triangle that fills the cycle it makes at once.
struct CriticalEdges {
    /// A bit for each rank.
    private let members: Storage<UInt64>
    private(set) var count = 0

    /// - Parameter blocks: what is already known of the lunes, if anything is.
    init<Graph: RankedGraph>(
        of graph: Graph, forest: SpanningForest, blocks: Blocks?, scratch: WorkerScratch<Graph.Scanner>,
        context: ComputeContext
    ) throws(HomologyError) {
        let wordCount = (graph.edgeCount + 63) / 64
        let members = try Storage<UInt64>(count: wordCount, memory: context.memory)
        try context.forEachChunk(of: wordCount, size: 8) { worker, words in
            let (scanner, _) = scratch[worker]
            for word in words {
                var bits: UInt64 = 0
                for rank in word * 64..<min(word * 64 + 64, graph.edgeCount) {
                    let rank = UInt32(truncatingIfNeeded: rank)
                    if forest.contains(rank) { continue }
                    let isCritical = blocks?.isCritical(rank) ?? scanner.isLuneEmpty(of: rank)
                    if isCritical { bits |= 1 << UInt64(rank & 63) }
                }
                members.base[word] = bits
            }
        }
        self.members = members
        for word in 0..<wordCount { count += members.base[word].nonzeroBitCount }
    }

    @inline(__always)
    func contains(_ rank: UInt32) -> Bool { members.base[Int(rank &>> 6)] &>> UInt64(rank & 63) & 1 == 1 }

    func forEach(_ body: (UInt32) -> Void) {
        for word in 0..<members.count {
            var bits = members.base[word]
            while bits != 0 {
                body(UInt32(word * 64 + bits.trailingZeroBitCount))
                bits &= bits - 1
            }
        }
    }
}
