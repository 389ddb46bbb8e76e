import Hardware

/// New numbers for the vertices of a sparse graph, under which neighbours are near each other, so that
/// their lists are near in memory. The order changes speed and nothing else.
///
/// Sendable: written while it is built, only read afterwards.
struct VertexNumbering: @unchecked Sendable {
    private let numbers: Storage<UInt32>
    private let labels: Storage<UInt32>

    /// Cells of a few vertices around a leader, cells of such cells, and so on, numbered one after another: on every
    /// scale what is near has numbers that are near. The same for any team; every pass is by all of its workers.
    init(byCells lists: AdjacencyLists, context: ComputeContext) throws(HomologyError) {
        labels = try Self.order(CellGraph(lists), context)
        let numbers = try Storage<UInt32>(count: lists.vertexCount, memory: context.memory)
        let labels = labels
        try context.forEachChunk(of: labels.count, size: 1 << 13) { _, range in
            for number in range {
                numbers.base[Int(labels.base[number])] = UInt32(truncatingIfNeeded: number)
            }
        }
        self.numbers = numbers
    }

    private static func order(
        _ vertices: consuming CellGraph, _ context: ComputeContext
    ) throws(HomologyError) -> Storage<UInt32> {
        var levels: [VertexCells] = []
        var graph = vertices
        // One round rarely leaves more than two thirds.
        while !graph.isEmpty, levels.count < mostLevels {
            let (cells, coarser) = try VertexCells.gather(graph, level: levels.count, context: context)
            levels.append(cells)
            graph = coarser
        }
        var order = try Storage<UInt32>(count: graph.count, memory: context.memory)
        for place in 0..<order.count { order.base[place] = UInt32(truncatingIfNeeded: place) }
        while let cells = levels.popLast() {
            order = try cells.members(inOrderOfCells: order, context: context)
        }
        return order
    }

    /// Enough for 2³¹ vertices; what is left is as it was given.
    private static let mostLevels = 64

    @inline(__always)
    func number(of label: UInt32) -> UInt32 { numbers.base[Int(label)] }
    @inline(__always)
    func label(of number: UInt32) -> UInt32 { labels.base[Int(number)] }
}
