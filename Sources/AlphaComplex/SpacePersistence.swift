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
        _ triangulation: borrowing Triangulation, _ sites: borrowing Sites, _ clock: inout PhaseClock
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
            try filtration.settleEdges(context.memory)
            try ends.joinComponents(
                vertexCount: vertexCount, distinct: distinct, writer: writer, context: context)
        } _: { () throws(DelaunayError) in
            guard maxDimension >= 1 else { return }
            try filtration.sortTrianglesAndTetrahedra(context.memory)
            try ends.closeVoids(
                slotCount: slotCount, writer: maxDimension >= 2 ? writer : nil, context: context)
        }
        clock.end("components and voids")
        var bars = ends.components
        if maxDimension >= 1 {
            context.progress.enter("tunnels", at: 0.75)
            let tunnels = try Tunnels(
                filtration: filtration, isInTree: ends.isInTree.base, closed: ends.closed.base,
                field: options.field, writer: writer, context: context)
            try tunnels.addBars(to: &bars)
            clock.end("tunnels")
        }
        if maxDimension >= 2 { bars.append(contentsOf: ends.voids) }
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
    var components: Bars
    var voids: Bars

    init(_ filtration: SpaceFiltration, bars: Bars, account: MemoryAccount) throws(DelaunayError) {
        let isInTree = try FlatArray<Bool>(capacity: 0, account: account)
        let closed = try FlatArray<Int32>(capacity: 0, account: account)
        self.filtration = filtration
        self.isInTree = isInTree
        self.closed = closed
        components = bars
        voids = bars
    }

    /// Finds the spanning tree, and tells the table of edges what each critical edge is.
    func joinComponents(
        vertexCount: Int, distinct: Int, writer: CycleWriter?, context: ComputeContext
    ) throws(DelaunayError) {
        let (edges, count) = (filtration.edges.base, filtration.edges.count)
        // Each edge of the tree ends a component, each other one begins a tunnel; and then there are voids.
        components.reserve(count + 1 + filtration.tetrahedraCount)
        isInTree = try FlatArray<Bool>(capacity: count, account: context.memory)
        try TreeOfEdges.grow(
            edges: edges, count: count, vertexCount: vertexCount, distinct: distinct,
            isInTree: isInTree.base, bars: &components, writer: writer, context: context
        ) { SIMD2($0.code, $0.other) }
        // A cycle has its edges of the tree as well; the barcode does without.
        for place in 0..<count where writer != nil || !isInTree.base[place] {
            filtration.table.setTag(
                edges[place].code, edges[place].other, to: EdgeTable.tag(ofPlace: place))
        }
    }

    func closeVoids(
        slotCount: Int, writer: CycleWriter?, context: ComputeContext
    ) throws(DelaunayError) {
        let pass = filtration.pass
        let tetrahedra = filtration.tetrahedra.base
        let (triangles, count) = (filtration.triangles.base, filtration.triangles.count)
        let cells = try Voids(
            slotCount: slotCount, cells: tetrahedra, count: filtration.tetrahedra.count, context: context
        ) { pass.next($0) }
        let cycles = try writer.map { writer throws(DelaunayError) in
            try cells.cycles(dimension: 3, corners: pass.corners, across: pass.across, writer: writer)
        }
        closed = try cells.close(facets: triangles, count: count, across: pass.across, cycles: cycles)
        voids.reserve(filtration.tetrahedra.count)
        for place in 0..<count where closed.base[place] >= 0 {
            let (triangle, tetrahedron) = (triangles[place], tetrahedra[Int(closed.base[place])])
            let isBar = voids.add(dimension: 2, birth: triangle.value, death: tetrahedron.value) {
                pass.exactTriangle(triangle)
            } exactDeath: {
                pass.exactTetrahedron(tetrahedron)
            }
            if isBar, let cycle = cycles?.found[place] { voids.represent(by: cycle) }
        }
    }
}
