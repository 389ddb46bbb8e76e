import Hardware

/// For every cell those of its neighbours to which an edge of the lowest rank leads, a few, so that what there is to do
/// from now on goes by vertices and not by edges.
struct NearestCells: Sendable {
    /// Of each cell, how many.
    let counts: Storage<UInt32>
    /// In the order of the cells: the rank of the edge, and the cell that it leads to in the lower half.
    private let found: Storage<UInt64>

    static let most = 8

    init(
        _ graph: CellGraph, _ cells: Storage<UInt32>, members: Storage<UInt32>, starts: Storage<UInt32>,
        _ context: ComputeContext
    ) throws(HomologyError) {
        let (count, size) = (starts.count - 1, 1 << 10)
        let counts = try Storage<UInt32>(count: count, memory: context.memory)
        let lists = ChunkLists<UInt64>(count: (count + size - 1) / size, memory: context.memory)
        try context.forEachChunk(of: count, size: size) { _, chunk throws(HomologyError) in
            let list = try Storage<UInt64>(count: chunk.count * Self.most, memory: context.memory)
            var next = list.base
            for cell in chunk {
                var nearest = Nearest(at: next)
                for member in starts.base[cell]..<starts.base[cell + 1] {
                    for place in graph.range(of: Int(members.base[Int(member)])) {
                        let rank = graph.ranks[place]
                        if rank >= nearest.bound { continue }
                        let other = cells.base[Int(graph.neighbours[place])]
                        if other != UInt32(truncatingIfNeeded: cell) { nearest.add(other, rank: rank) }
                    }
                }
                counts.base[cell] = UInt32(truncatingIfNeeded: nearest.count)
                next += nearest.count
            }
            try lists.set(
                chunk.lowerBound / size, UnsafeMutableBufferPointer(start: list.base, count: next - list.base)
            )
        }
        self.counts = counts
        found = try lists.joined(context)
    }

    /// The graph whose vertices are `joined`, the cells with neighbours.
    func graph(of joined: Storage<UInt32>, _ context: ComputeContext) throws(HomologyError) -> CellGraph {
        let numbers = try Storage<UInt32>(count: counts.count, memory: context.memory)
        let starts = try Storage<Int>(count: joined.count + 1, memory: context.memory)
        let total = try context.forEachStart(of: joined.count) { vertex in
            Int(counts.base[Int(joined.base[vertex])])
        } body: { vertex, start in
            numbers.base[Int(joined.base[vertex])] = UInt32(truncatingIfNeeded: vertex)
            starts.base[vertex] = start
        }
        starts[joined.count] = total
        let neighbours = try Storage<UInt32>(count: total, memory: context.memory)
        let ranks = try Storage<UInt32>(count: total, memory: context.memory)
        try context.forEachChunk(of: joined.count, size: 1 << 11) { _, range in
            for vertex in range {
                for place in starts.base[vertex]..<starts.base[vertex + 1] {
                    let cell = Int(UInt32(truncatingIfNeeded: found.base[place]))
                    // Not every cell is near those that are near to it; one that is near to none is no vertex. Nobody
                    // joins itself.
                    let isVertex = counts.base[cell] > 0
                    neighbours.base[place] =
                        isVertex ? numbers.base[cell] : UInt32(truncatingIfNeeded: vertex)
                    ranks.base[place] = UInt32(truncatingIfNeeded: found.base[place] >> 32)
                }
            }
        }
        return CellGraph(starts: starts, neighbours: neighbours, ranks: ranks)
    }
}

/// The cells found so far of the lowest ranks, each once.
private struct Nearest {
    private let cells: UnsafeMutablePointer<UInt64>
    private(set) var count = 0
    /// Ranks from here on are of no use.
    private(set) var bound = none
    private var farthest = 0

    /// - Parameter cells: room for as many as are to be kept.
    init(at cells: UnsafeMutablePointer<UInt64>) { self.cells = cells }

    /// - Parameter rank: below `bound`.
    mutating func add(_ cell: UInt32, rank: UInt32) {
        let added = UInt64(rank) << 32 | UInt64(cell)
        for place in 0..<count where UInt32(truncatingIfNeeded: cells[place]) == cell {
            if added < cells[place] { put(added, at: place) }
            return
        }
        if count < NearestCells.most {
            count += 1
            put(added, at: count - 1)
        } else {
            put(added, at: farthest)
        }
    }

    private mutating func put(_ cell: UInt64, at place: Int) {
        cells[place] = cell
        if count < NearestCells.most { return }
        farthest = 0
        for other in 1..<count where cells[other] > cells[farthest] { farthest = other }
        bound = UInt32(truncatingIfNeeded: cells[farthest] >> 32)
    }
}
