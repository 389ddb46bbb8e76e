import CPredicates
import Delaunay
import Hardware

/// The two passes over a triangulation in space that find its critical simplices.
///
/// Unchecked: between them its workers write disjoint parts of `beyond`, and in each pass they only
/// read what earlier ones wrote.
struct SpacePass: @unchecked Sendable {
    let corners: UnsafePointer<Int32>
    let across: UnsafePointer<Int32>
    /// By slot: bit i where the circumcentre is beyond the facet opposite corner i; above them, in bits 4
    /// and 5, the one of these corners by which the interval is collapsed.
    let beyond: UnsafeMutablePointer<UInt8>
    let infinite: Int32
    let radii: SpaceRadii
    let scale: RadiusScale
    let stop: StopSignal

    @inline(__always)
    private func isFinite(_ c: UnsafePointer<Int32>) -> Bool {
        c[0] >= 0 && max(max(c[0], c[1]), max(c[2], c[3])) != infinite
    }

    @inline(__always)
    private func poll(_ slot: Int) throws(DelaunayError) {
        if slot & 4095 == 0, let reason = stop.reason { throw .stopped(reason) }
    }

    /// Finds critical tetrahedra, and edges that collapse with a tetrahedron.
    func lookAtTetrahedra(
        _ slots: Range<Int>, _ tetrahedra: inout FlatList<Graded>, _ edges: inout FlatList<TaggedEdge>,
        _ shape: inout ShapeCount
    ) throws(DelaunayError) {
        let counts = scale.threshold < .infinity
        for slot in slots {
            try poll(slot)
            beyond[slot] = 0
            let c = corners + 4 &* slot
            guard isFinite(c) else { continue }
            let (a, b, d, e) = (radii.point(c[0]), radii.point(c[1]), radii.point(c[2]), radii.point(c[3]))
            let set = Circumcentre(a, b, d, e).cornersBeyond ?? exactlyBeyond(c)
            if set == 0 {
                let value = radii.tetrahedron(c[0], c[1], c[2], c[3])
                try tetrahedra.append(Graded(value: value, code: Int32(truncatingIfNeeded: slot)))
                if counts, contains(slot, value) { shape.tetrahedra += 1 }
                continue
            }
            var collapsing = set.trailingZeroBitCount
            if set.nonzeroBitCount == 2 {
                // The edge between the other two corners appears with the tetrahedron. Of the two corners
                // beyond, one at least is inside the edge's smallest sphere.
                let (x, y) = (set.trailingZeroBitCount, 7 - set.leadingZeroBitCount)
                let rest = ~set & 15
                let (i, j) = (rest.trailingZeroBitCount, 7 - rest.leadingZeroBitCount)
                // The lower vertex first, so that the choice does not depend on how the cell is stored.
                let (lower, higher) = c[x] < c[y] ? (x, y) : (y, x)
                collapsing = radii.isObtuse(c[i], c[j], at: c[lower]) ? lower : higher
                try edges.append(TaggedEdge(c[i], c[j], tag: c[collapsing]))
            }
            beyond[slot] = set | UInt8(truncatingIfNeeded: collapsing) << 4
            if counts, contains(slot, radii.tetrahedron(c[0], c[1], c[2], c[3])) {
                shape.tetrahedra += 1
                shape.triangles += set.nonzeroBitCount
                if set.nonzeroBitCount == 2 { shape.edges += 1 }
            }
        }
    }

    private func contains(_ slot: Int, _ value: Double) -> Bool {
        let c = corners + 4 &* slot
        return scale.contains(value) { radii.exactTetrahedron(c[0], c[1], c[2], c[3]) }
    }

    @inline(never)
    private func exactlyBeyond(_ c: UnsafePointer<Int32>) -> UInt8 {
        let p = [radii.point(c[0]), radii.point(c[1]), radii.point(c[2]), radii.point(c[3])]
        var set: UInt8 = 0
        // Beyond a facet as seen from its opposite corner: that corner is inside the facet's smallest
        // sphere.
        if tda_diametral_power(p[1], p[2], p[3], p[0]) < 0 { set |= 1 }
        if tda_diametral_power(p[0], p[2], p[3], p[1]) < 0 { set |= 2 }
        if tda_diametral_power(p[0], p[1], p[3], p[2]) < 0 { set |= 4 }
        if tda_diametral_power(p[0], p[1], p[2], p[3]) < 0 { set |= 8 }
        return set
    }

    /// Finds critical triangles, edges that collapse with a triangle, and the edges that may be critical.
    func lookAtFaces(
        _ slots: Range<Int>, _ triangles: inout FlatList<Graded>, _ edges: inout FlatList<TaggedEdge>,
        _ shape: inout ShapeCount
    ) throws(DelaunayError) {
        for slot in slots {
            try poll(slot)
            let c = corners + 4 &* slot
            if c[0] < 0 { continue }
            try lookAtEdges(slot, c, &edges)
            if isFinite(c) { try lookAtTriangles(slot, c, &triangles, &edges, &shape) }
        }
    }

    /// Each edge once at least: from the cells around it that come before both of their neighbours there.
    @inline(__always)
    private func lookAtEdges(
        _ slot: Int, _ c: UnsafePointer<Int32>, _ edges: inout FlatList<TaggedEdge>
    ) throws(DelaunayError) {
        let n = across + 4 &* slot
        // Bit i where the neighbour across facet i comes later.
        var later = 0
        for facet in 0..<4 where Int(n[facet]) >> 2 > slot { later |= 1 << facet }
        try edges.reserve(6)
        for k in 0..<3 where later >> k & 1 != 0 {
            for l in k &+ 1..<4 where later >> l & 1 != 0 {
                // The edge is that of the corners other than k and l.
                let rest = ~(1 << k | 1 << l) & 15
                let (a, b) = (c[rest.trailingZeroBitCount], c[Int.bitWidth - 1 - rest.leadingZeroBitCount])
                if a == infinite || b == infinite { continue }
                edges.appendReserved(TaggedEdge(a, b, tag: EdgeTable.mayBeCritical))
            }
        }
    }

    @inline(__always)
    private func lookAtTriangles(
        _ slot: Int, _ c: UnsafePointer<Int32>, _ triangles: inout FlatList<Graded>,
        _ edges: inout FlatList<TaggedEdge>, _ shape: inout ShapeCount
    ) throws(DelaunayError) {
        let counts = scale.threshold < .infinity
        let set = beyond[slot]
        for facet in 0..<4 where set >> UInt8(facet) & 1 == 0 {
            let code = 4 &* slot &+ facet
            let other = Int(across[code])
            // Each facet once: from the lower slot, or from the only finite one.
            if other >> 2 < slot, isFinite(corners + (other & ~3)) { continue }
            if beyond[other >> 2] >> UInt8(other & 3) & 1 != 0 { continue }
            let (x, y, z) = triangle(c, facet)
            let obtuse = radii.obtuseCorner(x, y, z)
            if obtuse == nil {
                let value = radii.triangle(x, y, z)
                try triangles.append(Graded(value: value, code: Int32(truncatingIfNeeded: code)))
            } else if obtuse == 0 {
                try edges.append(TaggedEdge(y, z, tag: x))
            } else if obtuse == 1 {
                try edges.append(TaggedEdge(z, x, tag: y))
            } else {
                try edges.append(TaggedEdge(x, y, tag: z))
            }
            if counts, scale.contains(radii.triangle(x, y, z), exact: { radii.exactTriangle(x, y, z) }) {
                shape.triangles += 1
                if obtuse != nil { shape.edges += 1 }
            }
        }
    }

    /// The corners of a facet, in any order.
    @inline(__always)
    func triangle(_ c: UnsafePointer<Int32>, _ facet: Int) -> (Int32, Int32, Int32) {
        (facet == 0 ? c[3] : c[0], facet == 1 ? c[3] : c[1], facet == 2 ? c[3] : c[2])
    }

    /// The corners of the facet with a code.
    @inline(__always)
    func triangle(_ code: Int32) -> (Int32, Int32, Int32) {
        triangle(corners + Int(code & ~3), Int(code & 3))
    }

    /// What tells triangles apart whose values are equal, however the mesh is stored.
    func ranked(_ triangle: Graded) -> (Int32, Int32, Int32) {
        let v = self.triangle(triangle.code)
        return sorted(v.0, v.1, v.2)
    }

    func exactTriangle(_ triangle: Graded) -> Double {
        let v = self.triangle(triangle.code)
        return radii.exactTriangle(v.0, v.1, v.2)
    }

    /// The same for tetrahedra.
    func ranked(cell tetrahedron: Graded) -> (Int32, Int32, Int32, Int32) {
        let c = corners + 4 &* Int(tetrahedron.code)
        return sorted(c[0], c[1], c[2], c[3])
    }

    func exactTetrahedron(_ tetrahedron: Graded) -> Double {
        let c = corners + 4 &* Int(tetrahedron.code)
        return radii.exactTetrahedron(c[0], c[1], c[2], c[3])
    }

    /// Where a cell flows to: itself where it is critical, nil for what is outside.
    @inline(__always)
    func next(_ slot: Int) -> Int? {
        let c = corners + 4 &* slot
        if c[0] < 0 { return slot }
        if max(max(c[0], c[1]), max(c[2], c[3])) == infinite { return nil }
        let beyond = beyond[slot]
        return beyond == 0 ? slot : Int(across[4 &* slot &+ Int(beyond >> 4)]) >> 2
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
