import Delaunay
import Hardware

/// The critical simplices of the alpha complex of a triangulation in a plane; see `SpaceFiltration`.
///
/// Unchecked: workers change disjoint parts of it, and the team's `run` orders that with what comes
/// before and after.
final class PlaneFiltration<R: Radii>: @unchecked Sendable {
    /// By slot: the corner with an obtuse angle, by whose opposite edge the triangle collapses, or 3.
    private let obtuse: FlatArray<UInt8>
    /// Codes are slots; in order once they are sorted.
    private(set) var triangles: FlatList<Graded>
    /// Codes are facets `4 · slot + corner`.
    private(set) var edges: FlatList<Graded>
    /// Whether simplices with equal values are in an order that does not depend on how the mesh is stored.
    private let isCanonical: Bool
    /// What is there at the threshold; of meaning only where that is finite.
    let shape: ShapeCount
    let pass: PlanePass<R>

    init(
        mesh: borrowing Mesh, radii: R, scale: RadiusScale, isCanonical: Bool, context: ComputeContext
    ) throws(DelaunayError) {
        let account = context.memory
        let obtuse = try FlatArray<UInt8>(capacity: mesh.slotCount, account: account)
        var shares: [PlaneShare] = []
        let threads = max(1, context.team.size)
        for _ in 0..<threads { shares.append(try PlaneShare(slots: mesh.slotCount / threads, account)) }
        let pass = PlanePass(
            corners: mesh.corners.base, across: mesh.across.base, obtuse: obtuse.base,
            infinite: mesh.infinite, radii: radii, scale: scale, stop: context.stop)
        try Shares.run(mesh.slotCount, context: context, outputs: shares) {
            slots, share throws(DelaunayError) in
            try pass.lookAtTriangles(slots, &share.triangles, &share.shape)
        }
        var triangles = try FlatList<Graded>(account: account)
        for share in shares { try triangles.take(&share.triangles) }
        triangles.trim()
        try Shares.run(mesh.slotCount, context: context, outputs: shares) {
            slots, share throws(DelaunayError) in
            try pass.lookAtEdges(slots, &share.edges, &share.shape)
        }
        var edges = try FlatList<Graded>(account: account)
        for share in shares { try edges.take(&share.edges) }
        edges.trim()
        self.obtuse = obtuse
        self.isCanonical = isCanonical
        self.triangles = triangles
        self.edges = edges
        self.pass = pass
        shape = shares.reduce(into: ShapeCount()) { $0.add($1.shape) }
    }

    func sortEdges(_ account: MemoryAccount) throws(DelaunayError) {
        try edges.sort(account: account, isCanonical: isCanonical) {
            pass.exactEdge($0)
        } precedes: {
            pass.ranked(edge: $0) < pass.ranked(edge: $1)
        }
    }

    func sortTriangles(_ account: MemoryAccount) throws(DelaunayError) {
        try triangles.sort(account: account, isCanonical: isCanonical) {
            pass.exactTriangle($0)
        } precedes: {
            pass.ranked($0) < pass.ranked($1)
        }
    }
}

/// What one thread finds.
///
/// Unchecked: one worker at a time writes it, and the team's `run` orders that with what comes after.
final class PlaneShare: @unchecked Sendable {
    var triangles: FlatList<Graded>
    var edges: FlatList<Graded>
    var shape = ShapeCount()

    /// With room for what uniform points have in so many slots.
    init(slots: Int, _ account: MemoryAccount) throws(DelaunayError) {
        let triangles = try FlatList<Graded>(capacity: 64 + slots * 9 / 16, account: account)
        let edges = try FlatList<Graded>(capacity: 64 + slots * 17 / 16, account: account)
        self.triangles = triangles
        self.edges = edges
    }
}

/// The two passes over a triangulation in a plane that find its critical simplices.
///
/// Unchecked: between them its workers write disjoint parts of `obtuse`, and in the second pass they
/// only read what the first wrote.
struct PlanePass<R: Radii>: @unchecked Sendable {
    let corners: UnsafePointer<Int32>
    let across: UnsafePointer<Int32>
    let obtuse: UnsafeMutablePointer<UInt8>
    let infinite: Int32
    let radii: R
    let scale: RadiusScale
    let stop: StopSignal

    @inline(__always)
    func isFinite(_ slot: Int) -> Bool {
        let c = corners + 4 &* slot
        return c[0] >= 0 && max(max(c[0], c[1]), c[2]) != infinite
    }

    @inline(__always)
    private func poll(_ slot: Int) throws(DelaunayError) {
        if slot & 4095 == 0, let reason = stop.reason { throw .stopped(reason) }
    }

    /// The circumcentre of a triangle is beyond the edge opposite an obtuse angle, and nowhere else.
    func lookAtTriangles(
        _ slots: Range<Int>, _ triangles: inout FlatList<Graded>, _ shape: inout ShapeCount
    ) throws(DelaunayError) {
        let counts = scale.threshold < .infinity
        for slot in slots {
            try poll(slot)
            obtuse[slot] = 3
            guard isFinite(slot) else { continue }
            let c = corners + 4 &* slot
            let corner = radii.obtuseCorner(c[0], c[1], c[2])
            if let corner { obtuse[slot] = UInt8(truncatingIfNeeded: corner) }
            if corner != nil, !counts { continue }
            let value = radii.triangle(c[0], c[1], c[2])
            let triangle = Graded(value: value, code: Int32(truncatingIfNeeded: slot))
            if corner == nil { try triangles.append(triangle) }
            if counts, scale.contains(value, exact: { exactTriangle(triangle) }) {
                shape.triangles += 1
                if corner != nil { shape.edges += 1 }
            }
        }
    }

    func lookAtEdges(
        _ slots: Range<Int>, _ edges: inout FlatList<Graded>, _ shape: inout ShapeCount
    ) throws(DelaunayError) {
        let counts = scale.threshold < .infinity
        for slot in slots {
            try poll(slot)
            guard isFinite(slot) else { continue }
            let corner = Int(obtuse[slot])
            for facet in 0..<3 where facet != corner {
                let code = 4 &* slot &+ facet
                let other = Int(across[code])
                // Each edge once: from the lower slot, or from the only finite one.
                if other >> 2 < slot, isFinite(other >> 2) { continue }
                if Int(obtuse[other >> 2]) == other & 3 { continue }
                let (a, b) = ends(code)
                let edge = Graded(value: radii.edge(a, b), code: Int32(truncatingIfNeeded: code))
                try edges.append(edge)
                if counts, scale.contains(edge.value, exact: { exactEdge(edge) }) { shape.edges += 1 }
            }
        }
    }

    /// The ends of an edge.
    @inline(__always)
    func ends(_ code: Int) -> (Int32, Int32) {
        let c = corners + (code & ~3)
        let facet = code & 3
        return (facet == 2 ? c[0] : c[facet &+ 1], facet == 0 ? c[2] : c[facet &- 1])
    }

    /// What tells edges apart whose values are equal, however the mesh is stored.
    func ranked(edge: Graded) -> (Int32, Int32) {
        let (a, b) = ends(Int(edge.code))
        return (min(a, b), max(a, b))
    }

    /// The same for triangles.
    func ranked(_ triangle: Graded) -> (Int32, Int32, Int32) {
        let c = corners + 4 &* Int(triangle.code)
        return sorted(c[0], c[1], c[2])
    }

    func exactEdge(_ edge: Graded) -> Double {
        let (a, b) = ends(Int(edge.code))
        return radii.exactEdge(a, b)
    }

    func exactTriangle(_ triangle: Graded) -> Double {
        let c = corners + 4 &* Int(triangle.code)
        return radii.exactTriangle(c[0], c[1], c[2])
    }

    /// Where a triangle flows to: itself where it is critical, nil for what is outside.
    @inline(__always)
    func next(_ slot: Int) -> Int? {
        if corners[4 &* slot] < 0 { return slot }
        if !isFinite(slot) { return nil }
        let corner = Int(obtuse[slot])
        return corner == 3 ? slot : Int(across[4 &* slot &+ corner]) >> 2
    }
}
