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
        members = try Storage<UInt64>(repeating: 0, count: wordCount, memory: context.memory)
        let found = InPlaceArray(count: context.team.size) { _ in
            GrowingList<UInt32>(memory: context.memory)
        }
        try context.forEachChunk(of: graph.edgeGroupCount, size: 4) { worker, groups throws(HomologyError) in
            let scanner = scratch.scanners[worker]
            for group in groups {
                try graph.forEachEdge(inGroup: group) { rank throws(HomologyError) in
                    guard blocks?.isCritical(rank) ?? scanner.isLuneEmpty(of: rank) else { return }
                    if !forest.contains(rank) { try found[worker].pointee.append(rank) }
                }
            }
        }
        for worker in 0..<found.count {
            for rank in found[worker].pointee.elements {
                members.base[Int(rank >> 6)] |= 1 << UInt64(rank & 63)
                count += 1
            }
        }
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
