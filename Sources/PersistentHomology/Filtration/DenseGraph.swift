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
    /// Words of 64 lanes in a row.
    let words: Int
    let ranks: Storage<UInt32>
    /// larger end << 16 | smaller end, by rank.
    let packedEnds: Storage<UInt32>

    var edgeCount: Int { packedEnds.count }
    var stride: Int { 64 * words }

    /// Sorts the edges up to `threshold`.
    init(_ matrix: DistanceMatrix, threshold: Double, context: ComputeContext) throws(HomologyError) {
        vertexCount = matrix.count
        words = (matrix.count + 63) / 64
        self.matrix = matrix
        self.context = context
        let sorted: Storage<UInt64> =
            switch matrix.lowerTriangle {
            case .float32(let lengths):
                try Self.sortedEdges(lengths, count: matrix.count, threshold: threshold, context: context)
            case .float64(let lengths):
                try Self.sortedEdges(lengths, count: matrix.count, threshold: threshold, context: context)
            }
        let ends = try Storage<UInt32>(count: sorted.count, memory: context.memory)
        let stride = 64 * words
        let ranks = try Storage<UInt32>(repeating: none, count: matrix.count * stride, memory: context.memory)
        try context.forEachChunk(of: sorted.count, size: 1 << 14) { _, range in
            for rank in range {
                let packed = UInt32(truncatingIfNeeded: sorted.base[rank])
                let (i, j) = (Int(packed >> 16), Int(packed & 0xffff))
                ends.base[rank] = packed
                ranks.base[i &* stride &+ j] = UInt32(truncatingIfNeeded: rank)
                ranks.base[j &* stride &+ i] = UInt32(truncatingIfNeeded: rank)
            }
        }
        self.ranks = ranks
        packedEnds = ends
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

    func length(of rank: UInt32) -> Double {
        let (i, j) = ends(of: rank)
        return matrix.lowerTriangle[Int(i) * (Int(i) - 1) / 2 + Int(j)]
    }

    func makeScanner() throws(HomologyError) -> DenseScanner { try DenseScanner(self) }
}

/// Scans rows of a dense graph with the vector kernels.
final class DenseScanner: RankScanner {
    private let graph: DenseGraph
    private let kernels: tda_rank_kernels
    private let ranks: UnsafeMutablePointer<UInt32>
    private let stride: Int
    private let words: UInt32
    private let members: Storage<UInt64>
    private let candidates: Storage<UInt64>
    private let rows: Storage<UnsafePointer<UInt32>?>
    private let found: Storage<UInt32>
    let foundVertices: UnsafeMutablePointer<UInt32>
    let foundRanks: UnsafeMutablePointer<UInt32>

    init(_ graph: DenseGraph) throws(HomologyError) {
        let memory = graph.context.memory
        self.graph = graph
        kernels = tda_rank_kernels_select().pointee
        ranks = graph.ranks.base
        stride = graph.stride
        words = UInt32(graph.words)
        members = try Storage(count: graph.words, memory: memory)
        candidates = try Storage(count: graph.words, memory: memory)
        rows = try Storage(count: VietorisRips.highestSimplexDimension + 1, memory: memory)
        found = try Storage(count: 2 * (graph.stride + 16), memory: memory)
        foundVertices = found.base
        foundRanks = found.base + graph.stride + 16
    }

    @inline(__always)
    private func row(_ v: UInt32) -> UnsafePointer<UInt32> { UnsafePointer(ranks + Int(v) &* stride) }

    @inline(__always)
    func rank(_ u: UInt32, _ v: UInt32) -> UInt32 { ranks[Int(u) &* stride &+ Int(v)] }

    func luneVertex(of rank: UInt32) -> UInt32? {
        let (a, b) = graph.ends(of: rank)
        let v = kernels.first_common(row(a), row(b), words, rank)
        return v == none ? nil : v
    }

    func block(of rank: UInt32, into lune: LuneGraph) throws(HomologyError) -> Block {
        let (a, b) = graph.ends(of: rank)
        let (rowA, rowB) = (row(a), row(b))
        let size = kernels.lune(rowA, rowB, words, rank, members.base)
        if size == 0 { return .critical }
        // Whatever refutes a candidate is joined to every apex: keep only its neighbours.
        candidates.base.update(from: members.base, count: Int(words))
        while true {
            let w = kernels.nearest(rowA, rowB, words, candidates.base)
            if w == none { break }
            toggle(w, in: members)
            let refuter = kernels.first_beyond(row(w), words, rank, members.base)
            toggle(w, in: members)
            if refuter == none { return .closed(apex: w) }
            toggle(w, in: candidates)
            if kernels.keep_within(row(refuter), words, rank, candidates.base) == 0 { break }
        }
        try fill(lune, size: Int(size), bound: rank)
        return .open(pivot: lune.vertices[lune.highestDegree().position])
    }

    func lune(of rank: UInt32, into lune: LuneGraph) throws(HomologyError) {
        let (a, b) = graph.ends(of: rank)
        let size = kernels.lune(row(a), row(b), words, rank, members.base)
        try fill(lune, size: Int(size), bound: rank)
    }

    @inline(__always)
    private func toggle(_ v: UInt32, in set: Storage<UInt64>) {
        set.base[Int(v &>> 6)] ^= 1 &<< UInt64(v & 63)
    }

    /// Writes the `size` members as the lune's vertices, and their edges of rank < `bound`.
    private func fill(_ lune: LuneGraph, size: Int, bound: UInt32) throws(HomologyError) {
        try lune.resize(to: size)
        var next = 0
        for word in 0..<Int(words) {
            var bits = members.base[word]
            while bits != 0 {
                lune.vertices[next] = UInt32(truncatingIfNeeded: word &* 64 &+ bits.trailingZeroBitCount)
                next &+= 1
                bits &= bits &- 1
            }
        }
        for position in 0..<size {
            kernels.gather_within(
                row(lune.vertices[position]), lune.vertices, UInt32(size), bound, lune.row(position))
        }
    }

    func between(_ vertices: UnsafeBufferPointer<UInt32>, low: UInt32, high: UInt32) -> Int {
        for (i, v) in vertices.enumerated() { rows.base[i] = row(v) }
        return Int(
            kernels.between(rows.base, UInt32(vertices.count), words, low, high, foundVertices, foundRanks))
    }

    func hasCommonNeighbour(
        _ vertices: UnsafeBufferPointer<UInt32>, below limit: UInt32, within bound: UInt32
    ) -> Bool {
        for (i, v) in vertices.enumerated() { rows.base[i] = row(v) }
        return kernels.any_common(rows.base, UInt32(vertices.count), limit, bound) != 0
    }
}
