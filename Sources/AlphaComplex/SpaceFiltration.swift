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
    private var beyond: FlatArray<UInt8>
    /// Codes are slots; in order once they are sorted.
    private(set) var tetrahedra: FlatList<Graded>
    /// Codes are facets `4 · slot + corner`.
    private(set) var triangles: FlatList<Graded>
    /// Codes are lower vertices.
    private(set) var edges: FlatList<Graded>
    /// Whether simplices with equal values are in an order that does not depend on how the mesh is stored.
    private let isCanonical: Bool
    /// For an edge that is not critical, the third vertex of a triangle that appears with it and whose
    /// other two edges are shorter.
    let table: EdgeTable
    /// What is there at the threshold; of meaning only where that is finite.
    let shape: ShapeCount
    let pass: SpacePass

    init(
        mesh: borrowing Mesh, radii: SpaceRadii, scale: RadiusScale, isCanonical: Bool,
        context: ComputeContext
    ) throws(DelaunayError) {
        let account = context.memory
        let slotCount = mesh.slotCount
        let beyond = try FlatArray<UInt8>(capacity: slotCount, account: account)
        let obtuse = try FlatArray<UInt8>(capacity: slotCount, account: account)
        var found: [SpaceShare] = []
        let threads = max(1, context.team.size)
        for _ in 0..<threads { found.append(try SpaceShare(slots: slotCount / threads, account)) }
        let shares = found
        let pass = SpacePass(
            corners: mesh.corners.base, across: mesh.across.base, beyond: beyond.base,
            obtuse: obtuse.base, infinite: mesh.infinite, radii: radii, scale: scale, stop: context.stop)

        try Shares.run(slotCount, context: context, outputs: shares) { slots, share throws(DelaunayError) in
            try pass.lookAtTetrahedra(slots, &share.tetrahedra, &share.shape)
        }
        var tetrahedra = try FlatList<Graded>(account: account)
        for share in shares { try tetrahedra.take(&share.tetrahedra) }
        tetrahedra.trim()
        context.progress.advance(to: 0.55)
        try Shares.run(slotCount, context: context, outputs: shares) { slots, share throws(DelaunayError) in
            try pass.lookAtTriangles(slots, &share.triangles, &share.shape)
        }
        var triangles = try FlatList<Graded>(account: account)
        for share in shares { try triangles.take(&share.triangles) }
        triangles.trim()
        for index in 0..<triangles.count { triangles.base[index].other = Int32(truncatingIfNeeded: index) }
        context.progress.advance(to: 0.58)

        let counts = scale.threshold < .infinity
        table = try EdgeTable(pass, vertexCount: Int(mesh.infinite), slotCount: slotCount, context: context) {
            worker, low, high throws(DelaunayError) in
            let value = radii.edge(low, high)
            let share = shares[worker]
            try share.edges.append(Graded(value: value, code: low, other: high))
            if counts, scale.contains(value, exact: { radii.exactEdge(low, high) }) { share.shape.edges += 1 }
        }
        var edges = try FlatList<Graded>(account: account)
        for share in shares { try edges.take(&share.edges) }
        edges.trim()
        self.isCanonical = isCanonical
        self.pass = pass
        self.beyond = beyond
        self.tetrahedra = tetrahedra
        self.triangles = triangles
        self.edges = edges
        shape = shares.reduce(into: ShapeCount()) { $0.add($1.shape) }
    }

    /// By length.
    func sortEdges(_ account: MemoryAccount) throws(DelaunayError) {
        let radii = pass.radii
        try edges.sort(account: account, isCanonical: isCanonical) {
            radii.exactEdge($0.code, $0.other)
        } precedes: {
            ($0.code, $0.other) < ($1.code, $1.other)
        }
    }

    func sortTriangles(_ account: MemoryAccount) throws(DelaunayError) {
        try triangles.sort(account: account, isCanonical: isCanonical) {
            pass.exactTriangle($0)
        } precedes: {
            pass.ranked($0) < pass.ranked($1)
        }
    }

    func sortTetrahedra(_ account: MemoryAccount) throws(DelaunayError) {
        try tetrahedra.sort(account: account, isCanonical: isCanonical) {
            pass.exactTetrahedron($0)
        } precedes: {
            pass.ranked(cell: $0) < pass.ranked(cell: $1)
        }
    }

    /// Gives back by what cells flow, once the voids are found.
    func forgetFlow() { beyond.shrink(to: 0) }
}

/// What one thread finds.
///
/// Unchecked: one worker at a time writes it, and the team's `run` orders that with what comes after.
final class SpaceShare: @unchecked Sendable {
    var tetrahedra: FlatList<Graded>
    var triangles: FlatList<Graded>
    var edges: FlatList<Graded>
    var shape = ShapeCount()

    /// With room for the cells and triangles that uniform points have in so many slots.
    init(slots: Int, _ account: MemoryAccount) throws(DelaunayError) {
        let tetrahedra = try FlatList<Graded>(capacity: 64 + slots * 5 / 16, account: account)
        let triangles = try FlatList<Graded>(capacity: 64 + slots * 3 / 4, account: account)
        let edges = try FlatList<Graded>(account: account)
        self.tetrahedra = tetrahedra
        self.triangles = triangles
        self.edges = edges
    }
}
