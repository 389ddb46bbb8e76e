import Delaunay
import Hardware
import Vocabulary

/// The barcode of the alpha complex of points that fill a plane. No matrix is reduced: edges outside
/// the spanning tree are the ones across which voids are closed, from the last backwards.
struct PlanePersistence {
    let maxDimension: Int
    let scale: RadiusScale
    /// Nil where no cycles are asked for.
    let writer: CycleWriter?
    let context: ComputeContext

    func run<R: Radii>(
        _ triangulation: borrowing Triangulation, _ radii: R, _ clock: inout PhaseClock
    ) throws(DelaunayError) -> (bars: Bars, shape: AlphaShape) {
        context.progress.enter("filtration", at: 0.6)
        let filtration = try PlaneFiltration(
            mesh: triangulation.mesh, radii: radii, scale: scale, isCanonical: writer != nil,
            context: context)
        clock.end("filtration")
        context.progress.enter("sort", at: 0.7)
        let ends = try PlaneEnds(filtration, bars: Bars(scale: scale), account: context.memory)
        let (slotCount, vertexCount) = (triangulation.mesh.slotCount, Int(triangulation.mesh.infinite))
        let distinct = triangulation.vertexCount
        let (maxDimension, writer, context) = (maxDimension, writer, context)
        try Shares.both(context: context) { () throws(DelaunayError) in
            try filtration.sortEdges(context.memory)
        } _: { () throws(DelaunayError) in
            if maxDimension >= 1 { try filtration.sortTriangles(context.memory) }
        }
        clock.end("sort")
        context.progress.enter("components and voids", at: 0.8)
        // An edge joins two components or closes a void, never both: each side finds its own ones.
        try Shares.both(context: context) { () throws(DelaunayError) in
            try ends.joinComponents(
                vertexCount: vertexCount, distinct: distinct, writer: writer, context: context)
        } _: { () throws(DelaunayError) in
            if maxDimension >= 1 {
                try ends.closeVoids(slotCount: slotCount, writer: writer, context: context)
            }
        }
        clock.end("components and voids")
        if maxDimension >= 1 { ends.addVoids() }
        let shape = AlphaShape(
            vertices: distinct, edges: filtration.shape.edges, triangles: filtration.shape.triangles,
            tetrahedra: 0)
        return (ends.bars, shape)
    }
}

/// The bars of both dimensions.
///
/// Unchecked: components and voids are found side by side, each in its own members.
private final class PlaneEnds<R: Radii>: @unchecked Sendable {
    let filtration: PlaneFiltration<R>
    private(set) var bars: Bars
    /// By place among the edges, once voids are closed: the triangle that began the void, or −1.
    private var closed: FlatArray<Int32>
    /// By the same places, where cycles are asked for.
    private var cycles: [Int: RepresentativeCocycle] = [:]

    init(_ filtration: PlaneFiltration<R>, bars: Bars, account: MemoryAccount) throws(DelaunayError) {
        let closed = try FlatArray<Int32>(capacity: 0, account: account)
        self.closed = closed
        self.filtration = filtration
        self.bars = bars
    }

    func joinComponents(
        vertexCount: Int, distinct: Int, writer: CycleWriter?, context: ComputeContext
    ) throws(DelaunayError) {
        let (edges, count, pass) = (filtration.edges.base, filtration.edges.count, filtration.pass)
        // Each edge of the tree ends a component, each other one begins a void.
        try bars.reserve(count + 1, context.memory)
        let isInTree = try FlatArray<Bool>(capacity: count, account: context.memory)
        try TreeOfEdges.grow(
            edges: edges, count: count, vertexCount: vertexCount, distinct: distinct,
            isInTree: isInTree.base, bars: &bars, writer: writer, context: context
        ) { edge in
            let (a, b) = pass.ends(Int(edge.code))
            return SIMD2(a, b)
        }
    }

    func closeVoids(
        slotCount: Int, writer: CycleWriter?, context: ComputeContext
    ) throws(DelaunayError) {
        let (edges, count, pass) = (filtration.edges.base, filtration.edges.count, filtration.pass)
        let triangles = filtration.triangles.base
        let cells = try Voids(
            slotCount: slotCount, cells: triangles, count: filtration.triangles.count, context: context
        ) { pass.next($0) }
        let cycles = try writer.map { writer throws(DelaunayError) in
            try cells.cycles(dimension: 2, corners: pass.corners, across: pass.across, writer: writer)
        }
        closed = try cells.close(facets: edges, count: count, across: pass.across, cycles: cycles)
        self.cycles = cycles?.found ?? [:]
    }

    /// After both.
    func addVoids() {
        let (edges, triangles, pass) = (filtration.edges.base, filtration.triangles.base, filtration.pass)
        let closed = closed.base
        for place in 0..<filtration.edges.count where closed[place] >= 0 {
            let (edge, triangle) = (edges[place], triangles[Int(closed[place])])
            let isBar = bars.add(dimension: 1, birth: edge.value, death: triangle.value) {
                pass.exactEdge(edge)
            } exactDeath: {
                pass.exactTriangle(triangle)
            }
            if isBar, let cycle = cycles[place] { bars.represent(by: cycle) }
        }
    }
}
