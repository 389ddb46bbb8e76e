import Delaunay
import Hardware
import Vocabulary

/// The barcode of the alpha complex of points that fill a plane. No matrix is reduced: edges outside
/// the spanning tree are the ones across which voids are closed, from the last backwards.
struct PlanePersistence {
    let maxDimension: Int
    let scale: RadiusScale
    let context: ComputeContext

    func run<R: Radii>(
        _ triangulation: borrowing Triangulation, _ radii: R, _ clock: inout PhaseClock
    ) throws(DelaunayError) -> (bars: [PersistencePair], shape: AlphaShape) {
        context.progress.enter("filtration", at: 0.6)
        let filtration = try PlaneFiltration(
            mesh: triangulation.mesh, radii: radii, scale: scale, context: context)
        clock.end("filtration")
        context.progress.enter("components and voids", at: 0.8)
        let maxDimension = maxDimension
        try Shares.both(context: context) { () throws(DelaunayError) in
            try filtration.sortEdges(context.memory)
        } _: { () throws(DelaunayError) in
            if maxDimension >= 1 { try filtration.sortTriangles(context.memory) }
        }
        clock.end("sort")
        let (edges, count) = (filtration.edges.base, filtration.edges.count)
        let pass = filtration.pass
        let isInTree = try FlatArray<Bool>(capacity: count, account: context.memory)
        var bars = Bars(scale: scale)
        try TreeOfEdges.grow(
            edges: edges, count: count, vertexCount: Int(pass.infinite), distinct: triangulation.vertexCount,
            isInTree: isInTree.base, bars: &bars, context: context
        ) { pass.ends(Int($0.code)) }
        clock.end("components")
        context.progress.advance(to: 0.9)
        if maxDimension >= 1 {
            let triangles = filtration.triangles.base
            let voids = try Voids(
                slotCount: triangulation.mesh.slotCount, cells: triangles, count: filtration.triangles.count,
                context: context
            ) { slot in
                if pass.corners[4 &* slot] < 0 { return slot }
                if !pass.isFinite(slot) { return nil }
                let corner = Int(pass.obtuse[slot])
                return corner == 3 ? slot : Int(pass.across[4 &* slot &+ corner]) >> 2
            }
            for place in (0..<count).reversed() where !isInTree.base[place] {
                if place & 4095 == 0, let reason = context.stop.reason { throw .stopped(reason) }
                let edge = edges[place]
                guard let cell = voids.join(edge.code >> 2, pass.across[Int(edge.code)] >> 2) else {
                    continue
                }
                bars.add(dimension: 1, birth: edge.value, death: triangles[cell].value) {
                    pass.exactEdge(edge)
                } exactDeath: {
                    pass.exactTriangle(triangles[cell])
                }
            }
            clock.end("voids")
        }
        let shape = AlphaShape(
            vertices: triangulation.vertexCount, edges: filtration.shape.edges,
            triangles: filtration.shape.triangles, tetrahedra: 0)
        return (bars.pairs, shape)
    }
}
