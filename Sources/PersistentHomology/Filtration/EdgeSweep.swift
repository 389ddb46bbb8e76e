import Hardware
import RankKernels

/// The ends of edges by rank, in the halves of a word: of up to 65,536 vertices.
protocol PackedEdges: Sendable {
    var vertexCount: Int { get }
    var edgeCount: Int { get }
    /// The larger end in the upper half.
    var packedEnds: UnsafePointer<UInt32> { get }
}

extension PackedEdges {
    @inline(__always)
    func ends(of rank: UInt32) -> (UInt32, UInt32) {
        let packed = packedEnds[Int(rank)]
        return (packed &>> 16, packed & 0xffff)
    }
}

/// Looks at the lunes of edges in the order of their ranks, each beside the sets of neighbours by the edges before
/// it: an intersection of two sets, and no rank is compared.
///
/// Chunks of edges go to the workers; each keeps sets of its own and takes them on, over the edges between, to its
/// next chunk, so that all must come in ascending order.
///
/// Sendable: each worker uses its own sets only.
final class EdgeSweep: @unchecked Sendable {
    private let edges: any PackedEdges
    /// Whether the sets that candidates for an apex are taken from are kept.
    private let findsBlocks: Bool
    private let context: ComputeContext
    private let sets: UnsafeMutableBufferPointer<NeighbourSets?>
    private let kernels = KernelTable().functions

    init(over edges: any PackedEdges, findsBlocks: Bool, context: ComputeContext) {
        self.edges = edges
        self.findsBlocks = findsBlocks
        self.context = context
        sets = .allocate(capacity: context.team.size)
        sets.initialize(repeating: nil)
    }

    deinit {
        sets.deinitialize()
        sets.deallocate()
    }

    /// Writes the codes of all blocks (`Blocks`) into their places.
    func findBlocks(
        into codes: Storage<UInt32>, progress: @Sendable (Double) -> Void
    ) throws(HomologyError) {
        let count = edges.edgeCount
        try context.forEachChunk(of: count, size: chunk(of: count)) { worker, range throws(HomologyError) in
            try advance(worker, to: range.lowerBound) { sweep in
                kernels.sweep_blocks(
                    &sweep, edges.packedEnds, UInt32(range.upperBound), codes.base)
            }
            progress(Double(range.upperBound) / Double(count))
        }
    }

    /// The ranks in `window` of edges whose lune may not be connected. Windows must come in ascending order.
    func unconnectedLunes(in window: Range<Int>) throws(HomologyError) -> Storage<UInt32> {
        let found = try Storage<UInt32>(count: window.count, memory: context.memory)
        let size = chunk(of: window.count)
        let lists = ChunkLists<UInt32>(count: (window.count + size - 1) / size, memory: context.memory)
        try context.forEachChunk(of: window.count, size: size) { worker, range throws(HomologyError) in
            let start = window.lowerBound + range.lowerBound
            var count: UInt32 = 0
            try advance(worker, to: start) { sweep in
                count = kernels.sweep_lunes(
                    &sweep, edges.packedEnds, UInt32(start + range.count),
                    found.base + range.lowerBound)
            }
            let part = UnsafeMutableBufferPointer(start: found.base + range.lowerBound, count: Int(count))
            try lists.set(range.lowerBound / size, part)
        }
        return try lists.joined(context)
    }

    /// Enough for a worker to be worth waking, and few enough that all end together, though the last take longest,
    /// and a stop is seen soon.
    private func chunk(of count: Int) -> Int {
        let words = (edges.vertexCount + 63) / 64
        let most = min(1 << 13, (1 << 19) / words)
        return max(256, (1 << 12) / words, min(count / (32 * context.team.size), most))
    }

    private func advance(
        _ worker: Int, to rank: Int, _ body: (inout tda_sweep) -> Void
    ) throws(HomologyError) {
        let own: NeighbourSets
        if let present = sets[worker] {
            own = present
        } else {
            own = try NeighbourSets(
                vertexCount: edges.vertexCount, keepsNear: findsBlocks, memory: context.memory)
            sets[worker] = own
        }
        tda_sweep_to(&own.sweep, edges.packedEnds, UInt32(rank))
        body(&own.sweep)
    }
}

/// One worker's sets of neighbours, and its scratch.
private final class NeighbourSets {
    fileprivate var sweep: tda_sweep
    private let bits: Storage<UInt64>
    private let tried: Storage<UInt32>

    init(vertexCount: Int, keepsNear: Bool, memory: MemoryAccount) throws(HomologyError) {
        let words = (vertexCount + 255) / 256 * 4
        let size = vertexCount * words
        bits = try Storage(zeros: (keepsNear ? 2 : 1) * size + 4 * words, memory: memory)
        tried = try Storage(count: keepsNear ? vertexCount : 0, memory: memory)
        sweep = tda_sweep(
            words: UInt32(words), next: 0, next_near: 0, present: bits.base,
            near: keepsNear ? bits.base + size : nil, sets: bits.base + bits.count - 4 * words,
            tried: tried.base)
        for v in 0..<vertexCount { bits.base[v * words + v / 64] = 1 << UInt64(v % 64) }
    }
}
