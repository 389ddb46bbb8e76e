import Delaunay
import Hardware
import Vocabulary

/// Degree 1 in space: the boundaries of those critical triangles that do not close a void, reduced.
///
/// A triangle's boundary is led over critical edges (`ChainLeader`); what remains is the boundary in the Morse
/// complex, whose barcode is that of the filtration. Edges of the spanning tree end components, so that no
/// class is born with them, and are left out. Then columns are reduced that have their last edge in common
/// with an earlier one. All threads do either side by side.
struct Tunnels: ~Copyable {
    private let filtration: SpaceFiltration
    private let isInTree: UnsafePointer<Bool>
    private let writer: CycleWriter?
    private let context: ComputeContext
    private let workers: [TunnelWorker]
    private let reduction: ColumnReduction

    /// - Parameters:
    ///   - isInTree: by the places of edges.
    ///   - closed: by the places of triangles, negative for those that close no void.
    ///   - writer: nil where no cycles are asked for; else chains have their edges of the tree.
    init(
        filtration: SpaceFiltration, isInTree: UnsafePointer<Bool>, closed: UnsafePointer<Int32>,
        field: CoefficientField, writer: CycleWriter?, context: ComputeContext
    ) throws(DelaunayError) {
        let (triangles, pass) = (filtration.triangles.base, filtration.pass)
        let total = filtration.triangles.count
        // Triangles that come after the threshold end nothing.
        var count = total
        while count > 0, pass.scale.radius(triangles[count - 1].value) > pass.scale.threshold { count -= 1 }
        let columns = try FlatArray<Column?>(capacity: count, account: context.memory)
        columns.base.update(repeating: nil, count: count)
        // In the order of the mesh, in which those near each other have much in common.
        let places = try FlatArray<Int32>(capacity: total, account: context.memory)
        let numbers = places.base
        for place in 0..<total {
            let isLeftOut = place >= count || closed[place] >= 0
            numbers[Int(triangles[place].other)] = isLeftOut ? -1 : Int32(truncatingIfNeeded: place)
        }
        let field = PrimeField(field)
        let leader = ChainLeader(pass: pass, table: filtration.table.lookup, field: field)
        var workers: [TunnelWorker] = []
        for _ in 0..<max(1, context.team.size) { workers.append(try TunnelWorker(context.memory)) }
        nonisolated(unsafe) let (found, wanted) = (columns.base, UnsafePointer(places.base))
        nonisolated(unsafe) let sorted = UnsafePointer(triangles)
        try Shares.run(total, context: context, outputs: workers) { range, worker throws(DelaunayError) in
            try worker.leadBoundaries(
                UnsafeBufferPointer(start: wanted + range.lowerBound, count: range.count), of: sorted,
                into: found, by: leader)
        }
        context.progress.advance(to: 0.85)
        let reduction = try ColumnReduction(
            edgeCount: filtration.edges.count, field: field, stop: context.stop, account: context.memory)
        // Which of the possible columns one becomes depends on who comes first, and with it the cycles.
        let chunk = writer == nil ? 512 : max(count, 1)
        try Shares.chunks(of: count, by: chunk, context: context, outputs: workers) {
            range, worker throws(DelaunayError) in
            for place in range {
                if let column = found[place] { try reduction.add(column, by: worker) }
            }
        }
        self.filtration = filtration
        self.isInTree = isInTree
        self.writer = writer
        self.context = context
        self.workers = workers
        self.reduction = reduction
    }

    /// Adds the bars, by their births.
    func addBars(to bars: inout Bars) throws(DelaunayError) {
        let (edges, triangles, pass) = (filtration.edges.base, filtration.triangles.base, filtration.pass)
        var cycles = try writer.map { writer throws(DelaunayError) in
            try TunnelCycles(
                edges: edges, count: filtration.edges.count, isInTree: isInTree,
                vertexCount: Int(pass.infinite), writer: writer)
        }
        for place in 0..<filtration.edges.count {
            let edge = edges[place]
            if place & 4095 == 0, let reason = context.stop.reason { throw .stopped(reason) }
            if let column = reduction.column(of: place) {
                let triangle = triangles[column.triangle]
                let isBar = bars.add(dimension: 1, birth: edge.value, death: triangle.value) {
                    pass.radii.exactEdge(edge.code, edge.other)
                } exactDeath: {
                    pass.exactTriangle(triangle)
                }
                if isBar, let cycle = try cycles?.cycle(of: column.terms) {
                    bars.represent(by: cycle)
                }
            } else if !isInTree[place], bars.addEssential(dimension: 1, birth: edge.value) {
                if let cycle = try cycles?.cycle(closedBy: edge) { bars.represent(by: cycle) }
            }
        }
    }
}
