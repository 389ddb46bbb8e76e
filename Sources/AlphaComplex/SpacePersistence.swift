import Delaunay
import Hardware
import Vocabulary

/// The barcode of the alpha complex of points that fill space.
struct SpacePersistence {
    let options: AlphaComplexOptions
    let maxDimension: Int
    let scale: RadiusScale
    /// Nil where no cycles are asked for.
    let writer: CycleWriter?
    let context: ComputeContext

    func run(
        _ triangulation: inout Triangulation, _ sites: borrowing Sites, _ clock: inout PhaseClock
    ) throws(DelaunayError) -> (bars: Bars, shape: AlphaShape) {
        let radii = SpaceRadii(sites)
        context.progress.enter("filtration", at: 0.5)
        let filtration = try SpaceFiltration(
            mesh: triangulation.mesh, radii: radii, scale: scale, isCanonical: writer != nil,
            context: context)
        clock.end("filtration")

        context.progress.enter("components and voids", at: 0.62)
        let ends = try SpaceEnds(filtration, bars: Bars(scale: scale), account: context.memory)
        let (slotCount, vertexCount) = (triangulation.mesh.slotCount, Int(triangulation.mesh.infinite))
        let distinct = triangulation.vertexCount
        let (maxDimension, writer, context) = (maxDimension, writer, context)
        try Shares.both(context: context) { () throws(DelaunayError) in
            try filtration.sortEdges(context.memory)
            if maxDimension >= 1 { try filtration.sortTriangles(context.memory) }
        } _: { () throws(DelaunayError) in
            guard maxDimension >= 1 else { return }
            try filtration.sortTetrahedra(context.memory)
            try ends.followCells(slotCount: slotCount, context: context)
        }
        try Shares.both(context: context) { () throws(DelaunayError) in
            try ends.joinComponents(
                vertexCount: vertexCount, distinct: distinct, writer: writer, context: context)
            if maxDimension >= 1 { ends.numberEdges(leavesOutTree: writer == nil) }
        } _: { () throws(DelaunayError) in
            if maxDimension >= 1 {
                try ends.closeVoids(writer: maxDimension >= 2 ? writer : nil, context: context)
            }
        }
        clock.end("components and voids")
        var bars = ends.takeComponents()
        if maxDimension >= 1 {
            context.progress.enter("tunnels", at: 0.75)
            filtration.forgetFlow()
            triangulation.mesh.forgetNeighbours()
            let tunnels = try Tunnels(
                filtration: filtration, isInTree: ends.isInTree.base, closed: ends.closed.base,
                field: options.field, writer: writer, context: context)
            try tunnels.addBars(to: &bars)
            clock.end("tunnels")
        }
        if maxDimension >= 2 { ends.addVoids(to: &bars) }
        let shape = AlphaShape(
            vertices: distinct, edges: filtration.shape.edges, triangles: filtration.shape.triangles,
            tetrahedra: filtration.shape.tetrahedra)
        return (bars, shape)
    }
}

/// The bars at both ends of the dimensions, and the simplices that they use up.
///
/// Unchecked: components and voids are found side by side, each in its own members.
private final class SpaceEnds: @unchecked Sendable {
    let filtration: SpaceFiltration
    /// By place among the edges, once components are joined.
    private(set) var isInTree: FlatArray<Bool>
    /// By place among the triangles, once voids are closed: the cell that began the void, or −1.
    private(set) var closed: FlatArray<Int32>
    /// By the same places, where cycles are asked for.
    private var cycles: [Int: RepresentativeCocycle] = [:]
    private var components: Bars
    /// While voids are looked for.
    private var cells: Voids?

    init(_ filtration: SpaceFiltration, bars: Bars, account: MemoryAccount) throws(DelaunayError) {
        let isInTree = try FlatArray<Bool>(capacity: 0, account: account)
        let closed = try FlatArray<Int32>(capacity: 0, account: account)
        self.filtration = filtration
        self.isInTree = isInTree
        self.closed = closed
        components = bars
    }

    /// Finds the spanning tree.
    func joinComponents(
        vertexCount: Int, distinct: Int, writer: CycleWriter?, context: ComputeContext
    ) throws(DelaunayError) {
        let (edges, count) = (filtration.edges.base, filtration.edges.count)
        // Each edge of the tree ends a component, each other one begins a tunnel; and then there are voids.
        try components.reserve(count + 1 + filtration.tetrahedra.count, context.memory)
        isInTree = try FlatArray<Bool>(capacity: count, account: context.memory)
        try TreeOfEdges.grow(
            edges: edges, count: count, vertexCount: vertexCount, distinct: distinct,
            isInTree: isInTree.base, bars: &components, writer: writer, context: context
        ) { SIMD2($0.code, $0.other) }
    }

    /// After that, tells the table of edges which place each critical one has.
    ///
    /// - Parameter leavesOutTree: the barcode does without the edges of the tree, a cycle has them as well.
    func numberEdges(leavesOutTree: Bool) {
        let (edges, isInTree, table) = (filtration.edges.base, isInTree.base, filtration.table.lookup)
        for place in 0..<filtration.edges.count where !leavesOutTree || !isInTree[place] {
            table.setTag(edges[place].code, edges[place].other, to: EdgeTable.tag(ofPlace: place))
        }
    }

    /// The bars of degree 0, in whose room the others find theirs; hands them out.
    func takeComponents() -> Bars {
        defer { components = Bars(scale: components.scale) }
        return components
    }

    /// Finds to which critical cell each one flows.
    func followCells(slotCount: Int, context: ComputeContext) throws(DelaunayError) {
        let pass = filtration.pass
        cells = try Voids(
            slotCount: slotCount, cells: filtration.tetrahedra.base, count: filtration.tetrahedra.count,
            context: context
        ) { pass.next($0) }
    }

    /// After that and once triangles are sorted.
    func closeVoids(writer: CycleWriter?, context: ComputeContext) throws(DelaunayError) {
        guard let cells else { return }
        let pass = filtration.pass
        let cycles = try writer.map { writer throws(DelaunayError) in
            try cells.cycles(dimension: 3, corners: pass.corners, across: pass.across, writer: writer)
        }
        closed = try cells.close(
            facets: filtration.triangles.base, count: filtration.triangles.count, across: pass.across,
            cycles: cycles)
        self.cycles = cycles?.found ?? [:]
        self.cells = nil
    }

    func addVoids(to bars: inout Bars) {
        let (triangles, tetrahedra) = (filtration.triangles.base, filtration.tetrahedra.base)
        let (pass, closed) = (filtration.pass, closed.base)
        for place in 0..<filtration.triangles.count where closed[place] >= 0 {
            let (triangle, tetrahedron) = (triangles[place], tetrahedra[Int(closed[place])])
            let isBar = bars.add(dimension: 2, birth: triangle.value, death: tetrahedron.value) {
                pass.exactTriangle(triangle)
            } exactDeath: {
                pass.exactTetrahedron(tetrahedron)
            }
            if isBar, let cycle = cycles[place] { bars.represent(by: cycle) }
        }
    }
}
