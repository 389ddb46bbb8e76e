import CPredicates
import Delaunay
import Hardware

/// The critical simplices of the alpha complex of a triangulation in space, and how the others collapse.
///
/// A simplex is Gabriel where no point is inside its smallest circumsphere. The alpha filtration falls
/// into intervals: a Gabriel simplex U and those of its faces whose smallest empty sphere is U's own,
/// which are the faces that contain L, U without the corners beyond whose opposite facet the centre of
/// the sphere lies. A simplex that is an interval by itself is critical; every other interval
/// collapses at one value. (Bauer, Edelsbrunner, The Morse theory of Čech and Delaunay complexes, 2017.)
///
/// Unchecked: workers change disjoint parts of it, and the team's `run` orders that with what comes
/// before and after.
final class SpaceFiltration: @unchecked Sendable {
    /// By slot: which corners the centre is beyond, see `SpacePass`.
    private let beyond: FlatArray<UInt8>
    /// Codes are slots; in order once they are sorted.
    private(set) var tetrahedra: FlatList<Graded>
    /// Codes are facets `4 · slot + corner`, and `other` is the place among `trianglesBySlot`.
    private(set) var triangles: FlatList<Graded>
    /// Codes are lower vertices.
    private(set) var edges: FlatList<Graded>
    /// Whether simplices with equal values are in an order that does not depend on how the mesh is stored.
    private let isCanonical: Bool
    private let shares: [SpaceShare]
    /// For an edge that is not critical, the third vertex of a triangle that appears with it and whose
    /// other two edges are shorter.
    let table: EdgeTable
    /// What is there at the threshold; of meaning only where that is finite.
    private(set) var shape: ShapeCount

    /// How many are critical, sorted or not.
    let tetrahedraCount: Int
    let triangleCount: Int

    let pass: SpacePass
    private let vertexCount: Int

    /// Finds critical tetrahedra and triangles; the edges are not looked at yet.
    init(
        mesh: borrowing Mesh, radii: SpaceRadii, scale: RadiusScale, isCanonical: Bool,
        context: ComputeContext
    ) throws(DelaunayError) {
        let account = context.memory
        let slotCount = mesh.slotCount
        let beyond = try FlatArray<UInt8>(capacity: slotCount, account: account)
        var shares: [SpaceShare] = []
        for _ in 0..<max(1, context.team.size) { shares.append(try SpaceShare(account)) }
        let pass = SpacePass(
            corners: mesh.corners.base, across: mesh.across.base, beyond: beyond.base,
            infinite: mesh.infinite, radii: radii, scale: scale, stop: context.stop)

        try Shares.run(slotCount, context: context, outputs: shares) { slots, share throws(DelaunayError) in
            try pass.lookAtTetrahedra(slots, &share.tetrahedra, &share.edges, &share.shape)
        }
        context.progress.advance(to: 0.57)
        try Shares.run(slotCount, context: context, outputs: shares) { slots, share throws(DelaunayError) in
            try pass.lookAtFaces(slots, &share.triangles, &share.edges, &share.shape)
        }
        vertexCount = Int(mesh.infinite)
        table = try EdgeTable(
            vertexCount: vertexCount,
            lists: shares.map { UnsafeBufferPointer(start: $0.edges.base, count: $0.edges.count) },
            account: account)
        for share in shares { share.edges.empty() }
        let tetrahedra = try FlatList<Graded>(account: account)
        let triangles = try FlatList<Graded>(account: account)
        let edges = try FlatList<Graded>(account: account)
        tetrahedraCount = shares.reduce(0) { $0 + $1.tetrahedra.count }
        triangleCount = shares.reduce(0) { $0 + $1.triangles.count }
        self.shares = shares
        self.isCanonical = isCanonical
        self.pass = pass
        self.beyond = beyond
        self.tetrahedra = tetrahedra
        self.triangles = triangles
        self.edges = edges
        shape = shares.reduce(into: ShapeCount()) { $0.add($1.shape) }
    }

    /// Finds the critical edges and sorts them by length.
    func settleEdges(_ account: MemoryAccount) throws(DelaunayError) {
        let seen = try FlatArray<Int32>(capacity: vertexCount, account: account)
        seen.base.update(repeating: 0, count: vertexCount)
        let (radii, scale) = (pass.radii, pass.scale)
        let counts = scale.threshold < .infinity
        var present = 0
        var found = try FlatList<Graded>(account: account)
        try table.settle(0..<vertexCount, seen: seen.base, stop: pass.stop) {
            low, high throws(DelaunayError) in
            let value = radii.edge(low, high)
            try found.append(Graded(value: value, code: low, other: high))
            if counts, scale.contains(value, exact: { radii.exactEdge(low, high) }) { present += 1 }
        }
        shape.edges += present
        edges = try .sorted(Parts([found.elements]), account: account, isCanonical: isCanonical) {
            radii.exactEdge($0.code, $0.other)
        } precedes: {
            ($0.code, $0.other) < ($1.code, $1.other)
        }
    }

    /// The critical triangles as they lie in the mesh, so that those near each other have much in common.
    var trianglesBySlot: Parts<Graded> { Parts(shares.map { $0.triangles.elements }) }

    func sortTrianglesAndTetrahedra(_ account: MemoryAccount) throws(DelaunayError) {
        triangles = try .sorted(trianglesBySlot, isNumbered: true, account: account, isCanonical: isCanonical)
        {
            pass.exactTriangle($0)
        } precedes: {
            pass.ranked($0) < pass.ranked($1)
        }
        tetrahedra = try .sorted(
            Parts(shares.map { $0.tetrahedra.elements }), account: account, isCanonical: isCanonical
        ) {
            pass.exactTetrahedron($0)
        } precedes: {
            pass.ranked(cell: $0) < pass.ranked(cell: $1)
        }
        for share in shares { share.tetrahedra.empty() }
    }
}

/// What one thread finds.
///
/// Unchecked: one worker at a time writes it, and the team's `run` orders that with what comes after.
final class SpaceShare: @unchecked Sendable {
    var tetrahedra: FlatList<Graded>
    var triangles: FlatList<Graded>
    /// Edges with the vertex of their detour, and others that may be critical.
    var edges: FlatList<TaggedEdge>
    var shape = ShapeCount()

    init(_ account: MemoryAccount) throws(DelaunayError) {
        let tetrahedra = try FlatList<Graded>(account: account)
        let triangles = try FlatList<Graded>(account: account)
        let edges = try FlatList<TaggedEdge>(account: account)
        self.tetrahedra = tetrahedra
        self.triangles = triangles
        self.edges = edges
    }
}
