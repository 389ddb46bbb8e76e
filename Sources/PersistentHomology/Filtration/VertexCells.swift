import Hardware

/// The vertices of a graph in cells: some lead one, drawn by their numbers, and each of the others joins that of its
/// neighbours who lead to which the edge has the lowest rank, or follows one who has drawn a lower number.
struct VertexCells: Sendable {
    /// Cell after cell, in each by number.
    private let members: Storage<UInt32>
    /// Where each cell begins among them.
    private let starts: Storage<UInt32>
    /// The cells that have neighbours, which are the vertices of the next graph.
    private let joined: Storage<UInt32>
    /// The others, done with.
    private let alone: Storage<UInt32>

    /// The cells of `graph`, and the graph that these make.
    ///
    /// - Parameter level: how often vertices have been gathered before: others lead each time.
    static func gather(
        _ graph: CellGraph, level: Int, context: ComputeContext
    ) throws(HomologyError) -> (VertexCells, CellGraph) {
        // Of each vertex its leader, then its cell.
        let cells = try leaders(of: graph, level: level, context)
        let leaders = try context.members(of: 0..<graph.count) { Int(cells.base[$0]) == $0 }
        try enter(leaders, in: cells, context)
        let (members, starts) = try lists(of: cells, count: leaders.count, context)
        let near = try NearestCells(graph, cells, members: members, starts: starts, context)
        let joined = try context.members(of: 0..<leaders.count) { near.counts.base[$0] > 0 }
        let alone = try context.members(of: 0..<leaders.count) { near.counts.base[$0] == 0 }
        let coarser = try near.graph(of: joined, context)
        return (VertexCells(members: members, starts: starts, joined: joined, alone: alone), coarser)
    }

    private static func leaders(
        of graph: CellGraph, level: Int, _ context: ComputeContext
    ) throws(HomologyError) -> Storage<UInt32> {
        let drawing = Drawing(graph, level: level)
        let next = try Storage<UInt32>(count: graph.count, memory: context.memory)
        try context.forEachChunk(of: graph.count, size: 1 << 11) { _, range in
            for v in range { next.base[v] = drawing.next(of: UInt32(truncatingIfNeeded: v), in: graph) }
        }
        let leaders = try Storage<UInt32>(count: graph.count, memory: context.memory)
        try context.forEachChunk(of: graph.count, size: 1 << 13) { _, range in
            for v in range {
                var (leader, steps) = (next.base[v], 1)
                while next.base[Int(leader)] != leader, steps < mostSteps {
                    leader = next.base[Int(leader)]
                    steps += 1
                }
                // Who is farther from a leader than that is alone for once.
                let isNear = next.base[Int(leader)] == leader
                leaders.base[v] = isNear ? leader : UInt32(truncatingIfNeeded: v)
            }
        }
        return leaders
    }

    private static let mostSteps = 16

    /// Puts the place in `leaders` instead of the leader.
    private static func enter(
        _ leaders: Storage<UInt32>, in cells: Storage<UInt32>, _ context: ComputeContext
    ) throws(HomologyError) {
        let places = try Storage<UInt32>(count: cells.count, memory: context.memory)
        try context.forEachChunk(of: leaders.count, size: 1 << 13) { _, range in
            for place in range { places.base[Int(leaders.base[place])] = UInt32(truncatingIfNeeded: place) }
        }
        try context.forEachChunk(of: cells.count, size: 1 << 13) { _, range in
            for v in range { cells.base[v] = places.base[Int(cells.base[v])] }
        }
    }

    private static func lists(
        of cells: Storage<UInt32>, count: Int, _ context: ComputeContext
    ) throws(HomologyError) -> (members: Storage<UInt32>, starts: Storage<UInt32>) {
        let keyed = try Storage<UInt64>(count: cells.count, memory: context.memory)
        try context.forEachChunk(of: keyed.count, size: 1 << 13) { _, range in
            for v in range { keyed.base[v] = UInt64(cells.base[v]) << 32 | UInt64(v) }
        }
        let bits = 32..<64 - UInt32(count).leadingZeroBitCount
        let sorted = try EdgeSort.sort(keyed, by: bits, context: context)
        let members = try Storage<UInt32>(count: cells.count, memory: context.memory)
        let starts = try Storage<UInt32>(count: count + 1, memory: context.memory)
        try context.forEachChunk(of: members.count, size: 1 << 13) { _, range in
            for place in range {
                let cell = sorted.base[place] >> 32
                members.base[place] = UInt32(truncatingIfNeeded: sorted.base[place])
                if place == 0 || sorted.base[place - 1] >> 32 != cell {
                    starts.base[Int(cell)] = UInt32(truncatingIfNeeded: place)
                }
            }
        }
        starts[count] = UInt32(members.count)
        return (members, starts)
    }

    /// All vertices, one cell after another.
    ///
    /// - Parameter order: of the cells that have neighbours, by their numbers in the coarser graph.
    func members(
        inOrderOfCells order: Storage<UInt32>, context: ComputeContext
    ) throws(HomologyError) -> Storage<UInt32> {
        let ordered = try Storage<UInt32>(count: members.count, memory: context.memory)
        _ = try context.forEachStart(of: joined.count + alone.count) { place in
            members(ofCellAt: place, order).count
        } body: { place, start in
            let range = members(ofCellAt: place, order)
            (ordered.base + start).update(from: members.base + range.lowerBound, count: range.count)
        }
        return ordered
    }

    @inline(__always)
    private func members(ofCellAt place: Int, _ order: Storage<UInt32>) -> Range<Int> {
        let cell =
            place < order.count
            ? Int(joined.base[Int(order.base[place])]) : Int(alone.base[place &- order.count])
        return Int(starts.base[cell])..<Int(starts.base[cell + 1])
    }
}

/// Who leads a cell.
private struct Drawing: Sendable {
    /// Of all 32-bit numbers those below this lead.
    private let bound: UInt32
    private let salt: UInt32

    /// The fewer neighbours, the more lead: each vertex is to have one or two of them next to it.
    init(_ graph: CellGraph, level: Int) {
        let share = min(1 / 4, max(1 / 16, 2 * Double(graph.count) / Double(graph.arcCount)))
        bound = UInt32(share * 0x1p32)
        salt = UInt32(truncatingIfNeeded: level) &* 0x9E37_79B9
    }

    @inline(__always)
    private func draw(_ v: UInt32) -> UInt32 {
        var bits = (v ^ salt) &* 0x85EB_CA6B
        bits ^= bits >> 15
        bits &*= 0xC2B2_AE35
        bits ^= bits >> 16
        return bits
    }

    /// Whom `v` joins or follows; itself where it leads.
    @inline(__always)
    func next(of v: UInt32, in graph: CellGraph) -> UInt32 {
        let own = draw(v)
        if own < bound { return v }
        var (leader, lowest) = (none, none)
        var (follower, lowestOfThese) = (v, none)
        for place in graph.range(of: Int(v)) {
            let (other, rank) = (graph.neighbours[place], graph.ranks[place])
            let drawn = draw(other)
            if drawn < bound, rank < lowest { (leader, lowest) = (other, rank) }
            if drawn < own, rank < lowestOfThese { (follower, lowestOfThese) = (other, rank) }
        }
        return leader == none ? follower : leader
    }
}
