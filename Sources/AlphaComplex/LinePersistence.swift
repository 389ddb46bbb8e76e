import Delaunay
import Hardware
import Vocabulary

/// The barcode of points on one line, or in one place: gaps between neighbours.
struct LinePersistence {
    let scale: RadiusScale
    /// Nil where no cycles are asked for.
    let writer: CycleWriter?
    let context: ComputeContext

    func run(
        _ triangulation: borrowing Triangulation, _ sites: borrowing Sites
    ) throws(DelaunayError) -> (bars: Bars, shape: AlphaShape) {
        let corners = triangulation.mesh.corners.base
        let isInPlane = sites.dimension == 2
        let (plane, space) = (PlaneRadii(sites), SpaceRadii(sites))
        var bars = Bars(scale: scale)
        var edges = 0
        // A component is represented by its first point along the line. A single point is vertex 0.
        let first = triangulation.mesh.slotCount > 0 ? corners[0] : 0
        if bars.addEssential(dimension: 0, birth: 0), let writer {
            bars.represent(by: try writer.point(first))
        }
        for cell in 0..<triangulation.mesh.slotCount {
            if cell & 4095 == 0, let reason = context.stop.reason { throw .stopped(reason) }
            let (a, b) = (corners[4 * cell], corners[4 * cell + 1])
            let square = isInPlane ? plane.exactEdge(a, b) : space.exactEdge(a, b)
            if bars.addComponent(until: square) {
                edges += 1
            } else {
                bars.addEssential(dimension: 0, birth: 0)
            }
            if let writer { bars.represent(by: try writer.point(b)) }
        }
        let shape = AlphaShape(
            vertices: triangulation.vertexCount, edges: edges, triangles: 0, tetrahedra: 0)
        return (bars, shape)
    }
}
