import Delaunay
import Hardware
import Vocabulary

/// Degree 1 in space: the boundaries of those critical triangles that do not close a void, reduced.
///
/// A triangle's boundary is led over critical edges by all threads (`TunnelChains`); what remains is the
/// boundary in the Morse complex, whose barcode is that of the filtration. Edges of the spanning tree
/// end components, so that no class is born with them, and are left out. One thread then reduces what has
/// its last edge in common with an earlier column.
struct Tunnels: ~Copyable {
    private let filtration: SpaceFiltration
    private let isInTree: UnsafePointer<Bool>
    private let writer: CycleWriter?
    private let field: PrimeField
    private let context: ComputeContext
    /// By the place of a triangle: its chain.
    private let notes: FlatArray<ChainNote>
    private let noteCount: Int
    private let chains: [TunnelChains]

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
        let notes = try FlatArray<ChainNote>(capacity: count, account: context.memory)
        let places = try FlatArray<Int32>(capacity: total, account: context.memory)
        for place in 0..<total {
            let isLeftOut = place >= count || closed[place] >= 0
            places.base[Int(triangles[place].other)] = isLeftOut ? -1 : Int32(truncatingIfNeeded: place)
            if place < count { notes.base[place] = .none }
        }
        let field = PrimeField(field)
        let leader = ChainLeader(pass: pass, table: filtration.table.lookup, field: field)
        var chains: [TunnelChains] = []
        for _ in 0..<max(1, context.team.size) { chains.append(try TunnelChains(context.memory)) }
        let all = filtration.trianglesBySlot
        nonisolated(unsafe) let (noted, wanted) = (notes.base, UnsafePointer(places.base))
        let workers = chains
        try Shares.run(total, context: context, outputs: chains) { range, own throws(DelaunayError) in
            let worker = workers.firstIndex { $0 === own } ?? 0
            try own.find(
                all, in: range, places: wanted, notes: noted, leader: leader, worker: worker)
        }
        self.filtration = filtration
        self.isInTree = isInTree
        self.writer = writer
        self.field = field
        self.context = context
        self.notes = notes
        self.chains = chains
        noteCount = count
    }

    /// Adds the bars, by their births.
    func addBars(to bars: inout Bars) throws(DelaunayError) {
        var reduction = try ColumnReduction(
            columnCount: filtration.edges.count, field: field, stop: context.stop, account: context.memory)
        let bases = chains.map(\.base)
        for place in 0..<noteCount {
            if place & 4095 == 0 {
                if let reason = context.stop.reason { throw .stopped(reason) }
                context.progress.advance(to: 0.85 + 0.15 * Double(place) / Double(noteCount))
            }
            let note = notes.base[place]
            if note.count == 0 { continue }
            let terms = UnsafeBufferPointer(start: bases[note.worker] + note.start, count: note.count)
            try reduction.add(terms, of: place)
        }
        let (edges, triangles, pass) = (filtration.edges.base, filtration.triangles.base, filtration.pass)
        var cycles = try writer.map { writer throws(DelaunayError) in
            try TunnelCycles(
                edges: edges, count: filtration.edges.count, isInTree: isInTree,
                vertexCount: Int(pass.infinite), writer: writer)
        }
        for place in 0..<filtration.edges.count {
            let edge = edges[place]
            if let end = reduction.end(of: place) {
                let triangle = triangles[end]
                let isBar = bars.add(dimension: 1, birth: edge.value, death: triangle.value) {
                    pass.radii.exactEdge(edge.code, edge.other)
                } exactDeath: {
                    pass.exactTriangle(triangle)
                }
                if isBar, let cycle = try cycles?.cycle(of: reduction.terms(of: place)) {
                    bars.represent(by: cycle)
                }
            } else if !isInTree[place], bars.addEssential(dimension: 1, birth: edge.value) {
                if let cycle = try cycles?.cycle(closedBy: edge) { bars.represent(by: cycle) }
            }
        }
    }
}
