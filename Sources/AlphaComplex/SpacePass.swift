import CPredicates
import Delaunay
import Hardware

/// The two passes over a triangulation in space that find its critical simplices.
///
/// Unchecked: its workers write disjoint parts of `beyond` and `obtuse`, and in each pass they only read
/// what earlier ones wrote.
struct SpacePass: @unchecked Sendable {
    let corners: UnsafePointer<Int32>
    let across: UnsafePointer<Int32>
    /// By slot: bit i where the circumcentre is beyond the facet opposite corner i; above them, in bits 4
    /// and 5, the one of these corners by which the interval is collapsed.
    let beyond: UnsafeMutablePointer<UInt8>
    /// By slot, two bits a facet: which of the facet's corners has an obtuse angle, by which the facet collapses
    /// with the edge opposite; 3 where none does, or another cell tells of it.
    let obtuse: UnsafeMutablePointer<UInt8>
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

    /// Finds critical tetrahedra, and how the others collapse.
    func lookAtTetrahedra(
        _ slots: Range<Int>, _ tetrahedra: inout FlatList<Graded>, _ shape: inout ShapeCount
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
                let (i, j) = Self.others(Int(set))
                // The lower vertex first, so that the choice does not depend on how the cell is stored.
                let (lower, higher) = c[x] < c[y] ? (x, y) : (y, x)
                collapsing = radii.isObtuse(c[i], c[j], at: c[lower]) ? lower : higher
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

    /// Finds critical triangles, and how the others of which no tetrahedron is beyond collapse.
    func lookAtTriangles(
        _ slots: Range<Int>, _ triangles: inout FlatList<Graded>, _ shape: inout ShapeCount
    ) throws(DelaunayError) {
        let counts = scale.threshold < .infinity
        for slot in slots {
            try poll(slot)
            obtuse[slot] = Self.noneObtuse
            let c = corners + 4 &* slot
            guard isFinite(c) else { continue }
            let set = beyond[slot]
            for facet in 0..<4 where set >> UInt8(facet) & 1 == 0 {
                let code = 4 &* slot &+ facet
                let other = Int(across[code])
                // Each facet once: from the lower slot, or from the only finite one.
                if other >> 2 < slot, isFinite(corners + (other & ~3)) { continue }
                if beyond[other >> 2] >> UInt8(other & 3) & 1 != 0 { continue }
                let (x, y, z) = triangle(c, facet)
                let corner = radii.obtuseCorner(x, y, z)
                if let corner {
                    obtuse[slot] ^= UInt8(truncatingIfNeeded: (3 ^ corner) &<< (2 &* facet))
                } else {
                    let value = radii.triangle(x, y, z)
                    try triangles.append(Graded(value: value, code: Int32(truncatingIfNeeded: code)))
                }
                if counts, scale.contains(radii.triangle(x, y, z), exact: { radii.exactTriangle(x, y, z) }) {
                    shape.triangles += 1
                    if corner != nil { shape.edges += 1 }
                }
            }
        }
    }

    private static let noneObtuse: UInt8 = 0b11_11_11_11

    /// Calls `body` with each edge once at least, and with each that is not critical and its detour, after both
    /// passes.
    @inline(__always)
    func forEachEdge(_ slots: Range<Int>, _ body: (TaggedEdge) -> Void) throws(DelaunayError) {
        for slot in slots {
            try poll(slot)
            let c = corners + 4 &* slot
            if c[0] < 0 { continue }
            // From the cells around an edge that come before both of their neighbours there. Bit i where the
            // neighbour across facet i comes later.
            let n = across + 4 &* slot
            var later = 0
            for facet in 0..<4 where Int(n[facet]) >> 2 > slot { later |= 1 << facet }
            for k in 0..<3 where later >> k & 1 != 0 {
                for l in k &+ 1..<4 where later >> l & 1 != 0 {
                    let (i, j) = Self.others(1 << k | 1 << l)
                    if c[i] == infinite || c[j] == infinite { continue }
                    body(TaggedEdge(c[i], c[j], tag: EdgeTable.mayBeCritical))
                }
            }
            let beyond = beyond[slot]
            if (beyond & 15).nonzeroBitCount == 2 {
                let (i, j) = Self.others(Int(beyond & 15))
                body(TaggedEdge(c[i], c[j], tag: c[Int(beyond >> 4)]))
            }
            let obtuse = Int(obtuse[slot])
            if obtuse == Self.noneObtuse { continue }
            for facet in 0..<4 {
                let (x, y, z) = triangle(c, facet)
                switch obtuse >> (2 &* facet) & 3 {
                case 0: body(TaggedEdge(y, z, tag: x))
                case 1: body(TaggedEdge(z, x, tag: y))
                case 2: body(TaggedEdge(x, y, tag: z))
                default: continue
                }
            }
        }
    }

    /// The two of four corners that are not in `set`.
    @inline(__always)
    private static func others(_ set: Int) -> (Int, Int) {
        let rest = ~set & 15
        return (rest.trailingZeroBitCount, Int.bitWidth - 1 - rest.leadingZeroBitCount)
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
