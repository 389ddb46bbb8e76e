import Hardware
import RankKernels

/// The neighbours of every vertex as a set beside its list: whether two vertices are joined, and by which edge, takes
/// no search, and the neighbours that some have in common no walk along their lists.
///
/// Sendable: written while it is built, only read afterwards.
struct NeighbourIndex: PackedEdges, @unchecked Sendable {
    let vertexCount: Int
    private let lists: AdjacencyLists
    private let sets: Storage<UInt64>
    /// For each word of each set where its members begin in the lists.
    private let places: Storage<UInt32>
    private let ends: Storage<UInt32>
    private let view: tda_neighbours
    private let kernels = KernelTable().functions

    /// Nil where the sets would take much more memory than the lists.
    init?(_ lists: AdjacencyLists, context: ComputeContext) throws(HomologyError) {
        guard Self.pays(count: lists.vertexCount, edges: lists.edgeCount) else { return nil }
        self.lists = lists
        vertexCount = lists.vertexCount
        let words = Self.words(count: vertexCount)
        sets = try Storage(zeros: vertexCount * words, memory: context.memory)
        places = try Storage(count: vertexCount * words, memory: context.memory)
        ends = try Storage(count: lists.edgeCount, memory: context.memory)
        view = tda_neighbours(
            words: UInt32(words), sets: sets.base, places: places.base, ranks: lists.ranks)
        try context.forEachChunk(of: vertexCount, size: 64) { [self] _, vertices in
            for v in vertices { enter(UInt32(v), words) }
        }
    }

    private func enter(_ v: UInt32, _ words: Int) {
        let (set, places) = (sets.base + Int(v) &* words, places.base + Int(v) &* words)
        let list = lists.range(of: v)
        for place in list {
            let other = lists.neighbours[place]
            set[Int(other &>> 6)] |= 1 &<< UInt64(other & 63)
            if other < v { ends.base[Int(lists.ranks[place])] = v &<< 16 | other }
        }
        var place = UInt32(truncatingIfNeeded: list.lowerBound)
        for word in 0..<words {
            places[word] = place
            place &+= UInt32(truncatingIfNeeded: set[word].nonzeroBitCount)
        }
    }

    private static func words(count: Int) -> Int { (count + 255) / 256 * 4 }

    /// Beyond, a worker's sets in an `EdgeSweep` take hundreds of megabytes.
    private static let mostVertices = 1 << 14

    static func pays(count: Int, edges: Int) -> Bool {
        count <= mostVertices && bytes(count: count, edges: edges) <= 2 * AdjacencyLists.bytes(edges: edges)
    }

    static func bytes(count: Int, edges: Int) -> Int { 12 * count * words(count: count) + 4 * edges }

    var edgeCount: Int { ends.count }
    var packedEnds: UnsafePointer<UInt32> { UnsafePointer(ends.base) }

    /// The rank of the edge uv, or `none`.
    @inline(__always)
    func rank(_ u: UInt32, _ v: UInt32) -> UInt32 {
        let word = Int(u) &* Int(view.words) &+ Int(v &>> 6)
        let set = sets.base[word]
        let bit = UInt64(1) &<< UInt64(v & 63)
        if set & bit == 0 { return none }
        return lists.ranks[Int(places.base[word]) &+ (set & (bit &- 1)).nonzeroBitCount]
    }

    /// As `RankScanner.between`.
    @inline(__always)
    func between(
        _ vertices: UnsafeBufferPointer<UInt32>, low: UInt32, high: UInt32,
        into found: UnsafeMutablePointer<UInt32>, _ ranks: UnsafeMutablePointer<UInt32>
    ) -> Int {
        withUnsafePointer(to: view) {
            Int(
                kernels.between_lists(
                    $0, vertices.baseAddress, UInt32(vertices.count), low, high, found, ranks))
        }
    }

    /// Writes to `row` which of the vertices of `lune` are joined to `v` by edges below the lune's, by position.
    @inline(__always)
    func row(_ v: UInt32, of lune: LuneGraph, into row: UnsafeMutablePointer<UInt64>) {
        withUnsafePointer(to: view) {
            kernels.joined_in_lists($0, v, lune.vertices, UInt32(lune.count), lune.rank, row)
        }
    }

    /// As `RankScanner.hasCommonNeighbour`.
    @inline(__always)
    func hasCommonNeighbour(
        _ vertices: UnsafeBufferPointer<UInt32>, below limit: UInt32, within bound: UInt32
    ) -> Bool {
        withUnsafePointer(to: view) {
            kernels.any_common_in_lists($0, vertices.baseAddress, UInt32(vertices.count), limit, bound) != 0
        }
    }
}
