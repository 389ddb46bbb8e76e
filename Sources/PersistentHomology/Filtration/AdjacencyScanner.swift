import Hardware
import RankKernels

/// Scans a sparse graph by its index, or by walking sorted adjacency lists side by side.
final class AdjacencyScanner: RankScanner {
    private let graph: AdjacencyGraph
    private let starts: UnsafeMutablePointer<Int>
    private let neighbours: UnsafeMutablePointer<UInt32>
    private let ranks: UnsafeMutablePointer<UInt32>
    /// 1 + the position among the marked vertices, 0 for others.
    private let positions: Storage<UInt32>
    /// The vertices of the current lune, or the current centres and their neighbours.
    private var marked: [UInt32] = []
    /// The vertices whose neighbours `neighbourhood` holds.
    private var centres: Range<UInt32> = 0..<0
    /// The last patches of each size whose vertices had few neighbours in common.
    private var scatteredPatches: [Range<UInt32>]
    private let found: Storage<UInt32>
    let foundVertices: UnsafeMutablePointer<UInt32>
    let foundRanks: UnsafeMutablePointer<UInt32>
    private let lunes: LuneScanner
    private let neighbourhood: Neighbourhood
    private let lune: LuneGraph
    private var luneComponents = LuneComponents()
    private var unreached: [UInt64] = []
    private var frontier: [Int] = []
    /// Of the vertices whose common neighbours are looked for.
    private let lists: Storage<tda_list>
    private let spare: UnsafeMutablePointer<UInt32>
    private let kernels = KernelTable().functions

    init(_ graph: AdjacencyGraph) throws(HomologyError) {
        let memory = graph.context.memory
        self.graph = graph
        starts = graph.lists.starts
        neighbours = graph.lists.neighbours
        ranks = graph.lists.ranks
        scatteredPatches = Self.patchSizes.map { _ in 0..<0 }
        positions = try Storage(repeating: 0, count: graph.vertexCount, memory: memory)
        lune = LuneGraph(memory: memory)
        let longest = graph.lists.highestDegree
        let most = min(4 * longest + 64, Neighbourhood.largestCount, graph.vertexCount)
        lunes = try LuneScanner(words: RankMatrix.wordCount(most), memory: memory)
        neighbourhood = try Neighbourhood(count: lunes.capacity, memory: memory)
        let room = longest + Int(TDA_MEET_ROOM)
        found = try Storage(count: 4 * room, memory: memory)
        foundVertices = found.base
        foundRanks = found.base + room
        spare = found.base + 2 * room
        lists = try Storage(count: VietorisRips.highestSimplexDimension + 1, memory: memory)
    }

    func rank(_ u: UInt32, _ v: UInt32) -> UInt32 {
        if let index = graph.index { return index.rank(u, v) }
        // In the shorter list.
        let (owner, other) = degree(u) <= degree(v) ? (u, v) : (v, u)
        let list = list(of: owner)
        let place = count(below: other, in: list)
        return place < list.count && list.vertices[Int(place)] == other ? list.ranks[Int(place)] : none
    }

    /// How many vertices of `list` are below `limit`: without a branch that nobody could foresee.
    @inline(__always)
    private func count(below limit: UInt32, in list: tda_list) -> UInt32 {
        var (start, left): (UInt32, UInt32) = (0, list.count)
        while left > 1 {
            let half = left &>> 1
            start &+= list.vertices[Int(start &+ half &- 1)] < limit ? half : 0
            left &-= half
        }
        return left == 0 || list.vertices[Int(start)] >= limit ? start : start &+ 1
    }

    func isLuneEmpty(of rank: UInt32) -> Bool {
        withEnds(of: rank) { !hasCommonNeighbour($0, below: none, within: rank) }
    }

    func nearestLuneVertex(of rank: UInt32) -> UInt32? {
        let size = findLune(of: rank)
        return (0..<size).min { foundRanks[$0] < foundRanks[$1] }.map { foundVertices[$0] }
    }

    /// How the block of the edge from `centre` to `other` closes; and whether its lune is known to be connected.
    func block(
        _ centre: UInt32, _ other: UInt32, rank: UInt32
    ) throws(HomologyError) -> (block: Block, isConnected: Bool) {
        guard degree(centre) < Neighbourhood.largestCount else { return (try blockOfHub(rank), false) }
        if !centres.contains(centre) { try load(centre) }
        let (a, b) = (positions.base[Int(centre)] &- 1, positions.base[Int(other)] &- 1)
        switch lunes.block(a, b, rank: rank, in: neighbourhood.matrix) {
        case .critical: return (.critical, false)
        case .closed(let apex): return (.closed(apex: marked[Int(apex)]), true)
        case .open(let pivot):
            lunes.components(
                a, b, rank: rank, in: neighbourhood.matrix, startingAt: pivot, into: &luneComponents)
            return (.open(pivot: marked[Int(pivot)]), luneComponents.others.isEmpty)
        }
    }

    /// Patches, the more vertices the better: most of their neighbours they share.
    private static let patchSizes: [UInt32] = [4 * AdjacencyGraph.patchSize, AdjacencyGraph.patchSize]

    /// Loads the neighbours of a whole patch around `centre`; where its vertices share too few of them, those of
    /// a smaller one, or of `centre` alone.
    private func load(_ centre: UInt32) throws(HomologyError) {
        let isShared = Self.patchSizes.indices.contains { index in
            let patch = graph.patch(of: centre, size: Self.patchSizes[index])
            if patch == scatteredPatches[index] { return false }
            if markNeighbours(of: patch, atMost: 4 * degree(centre) + 64) { return true }
            scatteredPatches[index] = patch
            return false
        }
        if !isShared { _ = markNeighbours(of: centre..<centre + 1, atMost: .max) }
        let positions = positions.base
        try neighbourhood.load(count: marked.count) { position, row in
            let v = Int(marked[position])
            for place in starts[v]..<starts[v + 1] {
                row[Int(positions[Int(neighbours[place])])] = ranks[place]
            }
        }
    }

    /// Enters `vertices`, which become the centres, and all their neighbours in `positions`; false, and
    /// nothing entered, where these are more than `limit`.
    private func markNeighbours(of vertices: Range<UInt32>, atMost limit: Int) -> Bool {
        unmark()
        let limit = min(limit, lunes.capacity)
        func enter(_ v: UInt32) {
            if positions.base[Int(v)] != 0 { return }
            positions.base[Int(v)] = 1
            marked.append(v)
        }
        for v in vertices {
            enter(v)
            for place in starts[Int(v)]..<starts[Int(v) + 1] { enter(neighbours[place]) }
            if marked.count > limit {
                unmark()
                return false
            }
        }
        marked.sort()
        for (position, v) in marked.enumerated() { positions.base[Int(v)] = UInt32(position + 1) }
        centres = vertices
        return true
    }

    /// The block of an edge both of whose ends have too many neighbours for a matrix.
    private func blockOfHub(_ rank: UInt32) throws(HomologyError) -> Block {
        try lune(of: rank, into: lune)
        if lune.count == 0 { return .critical }
        var best = (position: 0, degree: -1)
        for position in 0..<lune.count {
            let row = row(position, of: lune)
            var degree = 0
            for word in 0..<lune.words { degree += row[word].nonzeroBitCount }
            if degree > best.degree { best = (position, degree) }
        }
        let vertex = lune.vertices[best.position]
        return best.degree == lune.count - 1 ? .closed(apex: vertex) : .open(pivot: vertex)
    }

    func components(
        of rank: UInt32, startingAt seed: UInt32?, into found: inout LuneComponents
    ) throws(HomologyError) {
        try self.lune(of: rank, into: lune)
        var nearest = 0
        for position in 0..<lune.count where foundRanks[position] < foundRanks[nearest] { nearest = position }
        found.removeAll()
        if lune.count == 0 { return }
        let first = seed.map { lune.position(of: $0) } ?? nearest
        found.first = lune.vertices[first]
        let words = lune.words
        unreached.removeAll(keepingCapacity: true)
        for word in 0..<words {
            let inWord = min(64, lune.count - 64 * word)
            unreached.append(inWord == 64 ? ~0 : (1 << UInt64(inWord)) - 1)
        }
        var start = first
        while true {
            grow(from: start)
            guard let word = unreached.firstIndex(where: { $0 != 0 }) else { return }
            start = word * 64 + unreached[word].trailingZeroBitCount
            found.append(lune.vertices[start])
        }
    }

    /// Takes the component of position `start` out of `unreached`.
    private func grow(from start: Int) {
        unreached[start >> 6] &= ~(1 << UInt64(start & 63))
        frontier.removeAll(keepingCapacity: true)
        frontier.append(start)
        while let position = frontier.popLast(), unreached.contains(where: { $0 != 0 }) {
            let row = row(position, of: lune)
            for word in 0..<lune.words {
                var bits = row[word] & unreached[word]
                unreached[word] &= ~bits
                while bits != 0 {
                    frontier.append(word * 64 + bits.trailingZeroBitCount)
                    bits &= bits - 1
                }
            }
        }
    }

    func lune(of rank: UInt32, into lune: LuneGraph) throws(HomologyError) {
        let size = findLune(of: rank)
        try lune.reset(rank: rank, count: size)
        for position in 0..<size { lune.vertices[position] = foundVertices[position] }
        if graph.index == nil { mark(UnsafeBufferPointer(start: lune.vertices, count: lune.count)) }
    }

    func row(_ position: Int, of lune: LuneGraph) -> UnsafePointer<UInt64> {
        let (row, isNew) = lune.place(ofRow: position)
        if isNew, let index = graph.index {
            index.row(lune.vertices[position], of: lune, into: row)
        } else if isNew {
            row.update(repeating: 0, count: lune.words)
            let v = Int(lune.vertices[position])
            for place in starts[v]..<starts[v + 1] {
                // Without a branch: who is elsewhere has position 0, and turns nothing.
                let other = positions.base[Int(neighbours[place])]
                let isNear: UInt64 = other != 0 && ranks[place] < lune.rank ? 1 : 0
                let bit = max(other, 1) &- 1
                row[Int(bit &>> 6)] |= isNear &<< UInt64(bit & 63)
            }
        }
        return UnsafePointer(row)
    }

    /// Enters `vertices` in `positions`, in place of those marked before.
    private func mark(_ vertices: UnsafeBufferPointer<UInt32>) {
        unmark()
        for (position, v) in vertices.enumerated() { positions.base[Int(v)] = UInt32(position + 1) }
        marked.append(contentsOf: vertices)
    }

    private func unmark() {
        for v in marked { positions.base[Int(v)] = 0 }
        marked.removeAll(keepingCapacity: true)
        centres = 0..<0
    }

    func between(_ vertices: UnsafeBufferPointer<UInt32>, low: UInt32, high: UInt32) -> Int {
        if let index = graph.index {
            return index.between(vertices, low: low, high: high, into: foundVertices, foundRanks)
        }
        putLists(of: vertices)
        return meet(vertices.count, low: low, high: high)
    }

    /// Leaves the vertices of the lune of `rank` where `between` does. Returns how many there are.
    private func findLune(of rank: UInt32) -> Int {
        withEnds(of: rank) { between($0, low: 0, high: rank) }
    }

    @inline(__always)
    private func withEnds<Result>(
        of rank: UInt32, _ body: (UnsafeBufferPointer<UInt32>) -> Result
    ) -> Result {
        let (a, b) = graph.ends(of: rank)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2) { ends in
            ends[0] = a
            ends[1] = b
            return body(UnsafeBufferPointer(ends))
        }
    }

    func hasCommonNeighbour(
        _ vertices: UnsafeBufferPointer<UInt32>, below limit: UInt32, within bound: UInt32
    ) -> Bool {
        if let index = graph.index {
            return index.hasCommonNeighbour(vertices, below: limit, within: bound)
        }
        putLists(of: vertices)
        lists.base[0].count = count(below: limit, in: lists.base[0])
        return meet(vertices.count, low: 0, high: bound) > 0
    }

    @inline(__always)
    private func list(of v: UInt32) -> tda_list {
        let start = starts[Int(v)]
        return tda_list(
            vertices: neighbours + start, ranks: ranks + start,
            count: UInt32(truncatingIfNeeded: degree(v)))
    }

    /// Puts the lists of `vertices` into `lists`, the shortest first.
    @inline(__always)
    private func putLists(of vertices: UnsafeBufferPointer<UInt32>) {
        for i in 0..<vertices.count {
            let list = list(of: vertices[i])
            lists.base[i] = list
            if list.count < lists.base[0].count {
                lists.base[i] = lists.base[0]
                lists.base[0] = list
            }
        }
    }

    /// Finds what the lists that were put have in common.
    @inline(__always)
    private func meet(_ count: Int, low: UInt32, high: UInt32) -> Int {
        Int(kernels.meet(lists.base, UInt32(count), low, high, foundVertices, foundRanks, spare))
    }

    @inline(__always)
    private func degree(_ v: UInt32) -> Int { starts[Int(v) &+ 1] &- starts[Int(v)] }
}
