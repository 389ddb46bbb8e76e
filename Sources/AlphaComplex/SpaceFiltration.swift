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
    let beyond: FlatArray<UInt8>
    /// Codes are slots.
    var tetrahedra: FlatList<Graded>
    /// Codes are facets `4 · slot + corner`.
    var triangles: FlatList<Graded>
    var edges: FlatList<Graded>
    /// For an edge that is not critical, the third vertex of a triangle that appears with it and whose
    /// other two edges are shorter.
    let detours: EdgeTable
    /// What is there at the threshold; of meaning only where that is finite.
    let shape: ShapeCount

    let pass: SpacePass

    init(
        mesh: borrowing Mesh, radii: SpaceRadii, scale: RadiusScale, context: ComputeContext
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
            try pass.lookAtTetrahedra(slots, share)
        }
        context.progress.advance(to: 0.57)
        try Shares.run(slotCount, context: context, outputs: shares) { slots, share throws(DelaunayError) in
            try pass.lookAtTriangles(slots, share)
        }
        context.progress.advance(to: 0.6)
        let detours = try Self.table(of: shares, vertexCount: Int(mesh.infinite), account)
        let lookup = detours.lookup
        try Shares.run(slotCount, context: context, outputs: shares) { slots, share throws(DelaunayError) in
            try pass.lookAtEdges(slots, lookup, share)
        }
        let tetrahedra = try FlatList<Graded>.joined(shares.count, account: account) {
            (UnsafePointer(shares[$0].tetrahedra.base), shares[$0].tetrahedra.count)
        }
        let triangles = try FlatList<Graded>.joined(shares.count, account: account) {
            (UnsafePointer(shares[$0].triangles.base), shares[$0].triangles.count)
        }
        let edges = try FlatList<Graded>.joined(shares.count, account: account) {
            (UnsafePointer(shares[$0].edges.base), shares[$0].edges.count)
        }
        self.pass = pass
        self.beyond = beyond
        self.tetrahedra = tetrahedra
        self.triangles = triangles
        self.edges = edges
        self.detours = detours
        shape = shares.reduce(into: ShapeCount()) { $0.add($1.shape) }
    }

    func sortEdges(_ account: MemoryAccount) throws(DelaunayError) {
        try edges.sortByValue(account: account) { pass.radii.exactEdge($0.code, $0.other) }
    }

    func sortTrianglesAndTetrahedra(_ account: MemoryAccount) throws(DelaunayError) {
        try triangles.sortByValue(account: account) { pass.exactTriangle($0) }
        try tetrahedra.sortByValue(account: account) { pass.exactTetrahedron($0) }
    }

    private static func table(
        of shares: [SpaceShare], vertexCount: Int, _ account: MemoryAccount
    ) throws(DelaunayError) -> EdgeTable {
        let found = try FlatList<TaggedEdge>.joined(shares.count, account: account) {
            (UnsafePointer(shares[$0].detours.base), shares[$0].detours.count)
        }
        for share in shares {
            share.detours.removeAll()
            share.detours.trim()
        }
        let edges = UnsafePointer(found.base)
        return try EdgeTable(vertexCount: vertexCount, count: found.count, account: account) { edges[$0] }
    }
}

/// How many simplices are there at the threshold, critical or not.
struct ShapeCount {
    var edges = 0
    var triangles = 0
    var tetrahedra = 0

    mutating func add(_ other: ShapeCount) {
        edges += other.edges
        triangles += other.triangles
        tetrahedra += other.tetrahedra
    }
}

/// What one thread finds.
///
/// Unchecked: one worker at a time writes it, and the team's `run` orders that with what comes after.
final class SpaceShare: @unchecked Sendable {
    var tetrahedra: FlatList<Graded>
    var triangles: FlatList<Graded>
    var edges: FlatList<Graded>
    var detours: FlatList<TaggedEdge>
    var shape = ShapeCount()

    init(_ account: MemoryAccount) throws(DelaunayError) {
        let tetrahedra = try FlatList<Graded>(account: account)
        let triangles = try FlatList<Graded>(account: account)
        let edges = try FlatList<Graded>(account: account)
        let detours = try FlatList<TaggedEdge>(account: account)
        self.tetrahedra = tetrahedra
        self.triangles = triangles
        self.edges = edges
        self.detours = detours
    }
}
