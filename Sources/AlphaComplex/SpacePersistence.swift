import Delaunay
import Hardware
import Vocabulary

/// The barcode of the alpha complex of points that fill space.
struct SpacePersistence {
    let options: AlphaComplexOptions
    let maxDimension: Int
    let scale: RadiusScale
    let context: ComputeContext

    func run(
        _ triangulation: borrowing Triangulation, _ sites: borrowing Sites, _ clock: inout PhaseClock
    ) throws(DelaunayError) -> (bars: [PersistencePair], shape: AlphaShape) {
        let radii = SpaceRadii(sites)
        context.progress.enter("filtration", at: 0.5)
        let filtration = try SpaceFiltration(
            mesh: triangulation.mesh, radii: radii, scale: scale, context: context)
        clock.end("filtration")

        context.progress.enter("components and voids", at: 0.66)
        let ends = try Ends(filtration, bars: Bars(scale: scale), account: context.memory)
        let (slotCount, infinite) = (triangulation.mesh.slotCount, triangulation.mesh.infinite)
        let (vertexCount, distinct) = (Int(infinite), triangulation.vertexCount)
        let maxDimension = maxDimension
        try Shares.both(context: context) { () throws(DelaunayError) in
            try filtration.sortEdges(context.memory)
            try TreeOfEdges.grow(
                edges: filtration.edges.base, count: filtration.edges.count, vertexCount: vertexCount,
                distinct: distinct, isInTree: ends.isInTree.base, bars: &ends.components, context: context
            ) { ($0.code, $0.other) }
        } _: { () throws(DelaunayError) in
            guard maxDimension >= 1 else { return }
            try filtration.sortTrianglesAndTetrahedra(context.memory)
            try ends.closeVoids(slotCount: slotCount, infinite: infinite, context: context)
        }
        clock.end("components and voids")
        var pairs = ends.components.pairs
        if maxDimension >= 1 {
            context.progress.enter("tunnels", at: 0.75)
            pairs += try tunnels(filtration, ends, vertexCount: vertexCount)
            clock.end("tunnels")
        }
        if maxDimension >= 2 { pairs += ends.voids.pairs }
        let shape = AlphaShape(
            vertices: distinct, edges: filtration.shape.edges, triangles: filtration.shape.triangles,
            tetrahedra: filtration.shape.tetrahedra)
        return (pairs, shape)
    }

    private func tunnels(
        _ filtration: SpaceFiltration, _ ends: Ends, vertexCount: Int
    ) throws(DelaunayError) -> [PersistencePair] {
        let (edges, isInTree) = (filtration.edges.base, ends.isInTree.base)
        let places = try EdgeTable(
            vertexCount: vertexCount, count: filtration.edges.count, account: context.memory
        ) { place in
            TaggedEdge(
                edges[place].code, edges[place].other,
                tag: isInTree[place] ? -1 : Int32(truncatingIfNeeded: place))
        }
        var tunnels = try Tunnels(
            detours: filtration.detours.lookup, places: places.lookup, edgeCount: filtration.edges.count,
            field: options.field, context: context)
        var bars = Bars(scale: scale)
        let pass = filtration.pass
        let count = filtration.triangles.count
        for place in 0..<count where !ends.isClosingVoid.base[place] {
            if place & 1023 == 0 {
                if let reason = context.stop.reason { throw .stopped(reason) }
                context.progress.advance(to: 0.75 + 0.25 * Double(place) / Double(count))
            }
            let triangle = filtration.triangles.base[place]
            if scale.radius(triangle.value) > scale.threshold { break }
            let v = pass.triangle(pass.corners + Int(triangle.code & ~3), Int(triangle.code & 3))
            guard let birth = try tunnels.close(v.0, v.1, v.2) else { continue }
            bars.add(dimension: 1, birth: edges[birth].value, death: triangle.value) {
                pass.radii.exactEdge(edges[birth].code, edges[birth].other)
            } exactDeath: {
                pass.exactTriangle(triangle)
            }
        }
        for place in 0..<filtration.edges.count where !isInTree[place] && !tunnels.hasEnded(place) {
            bars.addEssential(dimension: 1, birth: edges[place].value)
        }
        return bars.pairs
    }
}

/// The bars at both ends of the dimensions, and the simplices that they use up.
///
/// Unchecked: components and voids are found side by side, each in its own members.
private final class Ends: @unchecked Sendable {
    let filtration: SpaceFiltration
    /// By place among the edges, and among the triangles.
    let isInTree: FlatArray<Bool>
    let isClosingVoid: FlatArray<Bool>
    var components: Bars
    var voids: Bars

    init(_ filtration: SpaceFiltration, bars: Bars, account: MemoryAccount) throws(DelaunayError) {
        let isInTree = try FlatArray<Bool>(capacity: filtration.edges.count, account: account)
        let isClosingVoid = try FlatArray<Bool>(capacity: filtration.triangles.count, account: account)
        isClosingVoid.base.update(repeating: false, count: max(1, filtration.triangles.count))
        self.filtration = filtration
        self.isInTree = isInTree
        self.isClosingVoid = isClosingVoid
        components = bars
        voids = bars
    }

    /// From the last triangle backwards.
    func closeVoids(slotCount: Int, infinite: Int32, context: ComputeContext) throws(DelaunayError) {
        let pass = filtration.pass
        let tetrahedra = filtration.tetrahedra.base
        let cells = try Voids(
            slotCount: slotCount, cells: tetrahedra, count: filtration.tetrahedra.count, context: context
        ) { slot in
            let c = pass.corners + 4 &* slot
            if c[0] < 0 { return slot }
            if max(max(c[0], c[1]), max(c[2], c[3])) == infinite { return nil }
            let beyond = pass.beyond[slot]
            return beyond == 0 ? slot : Int(pass.across[4 &* slot &+ Int(beyond >> 4)]) >> 2
        }
        for place in (0..<filtration.triangles.count).reversed() {
            if place & 4095 == 0, let reason = context.stop.reason { throw .stopped(reason) }
            let triangle = filtration.triangles.base[place]
            guard let cell = cells.join(triangle.code >> 2, pass.across[Int(triangle.code)] >> 2) else {
                continue
            }
            isClosingVoid.base[place] = true
            voids.add(dimension: 2, birth: triangle.value, death: tetrahedra[cell].value) {
                pass.exactTriangle(triangle)
            } exactDeath: {
                pass.exactTetrahedron(tetrahedra[cell])
            }
        }
    }
}
