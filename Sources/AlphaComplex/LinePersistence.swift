import Delaunay
import Hardware
import Vocabulary

/// The barcode of points on one line, or in one place: gaps between neighbours.
struct LinePersistence {
    let scale: RadiusScale
    let context: ComputeContext

    func run(
        _ triangulation: borrowing Triangulation, _ sites: borrowing Sites
    ) throws(DelaunayError) -> (bars: [PersistencePair], shape: AlphaShape) {
        let corners = triangulation.mesh.corners.base
        let isInPlane = sites.dimension == 2
        let (plane, space) = (PlaneRadii(sites), SpaceRadii(sites))
        var bars = Bars(scale: scale)
        var edges = 0
        for cell in 0..<triangulation.mesh.slotCount {
            if cell & 4095 == 0, let reason = context.stop.reason { throw .stopped(reason) }
            let (a, b) = (corners[4 * cell], corners[4 * cell + 1])
            let square = isInPlane ? plane.exactEdge(a, b) : space.exactEdge(a, b)
            if scale.radius(square) <= scale.threshold { edges += 1 }
            bars.addComponent(until: square)
        }
        for _ in 0..<triangulation.vertexCount - edges { bars.addEssential(dimension: 0, birth: 0) }
        let shape = AlphaShape(
            vertices: triangulation.vertexCount, edges: edges, triangles: 0, tetrahedra: 0)
        return (bars.pairs, shape)
    }
}
