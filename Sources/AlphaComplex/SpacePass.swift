import CPredicates
import Delaunay
import Hardware

/// The three passes over a triangulation in space that find its critical simplices.
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
    func lookAtTetrahedra(_ slots: Range<Int>, _ share: SpaceShare) throws(DelaunayError) {
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
                try share.tetrahedra.append(Graded(value: value, code: Int32(truncatingIfNeeded: slot)))
                if counts, contains(slot, value) { share.shape.tetrahedra += 1 }
                continue
            }
            var collapsing = set.trailingZeroBitCount
            if set.nonzeroBitCount == 2 {
                // The edge between the other two corners appears with the tetrahedron. Of the two corners
                // beyond, one at least is inside the edge's smallest sphere.
                let (x, y) = (set.trailingZeroBitCount, 7 - set.leadingZeroBitCount)
                let rest = ~set & 15
                let (i, j) = (rest.trailingZeroBitCount, 7 - rest.leadingZeroBitCount)
                collapsing = radii.isObtuse(c[i], c[j], at: c[x]) ? x : y
                try share.detours.append(TaggedEdge(c[i], c[j], tag: c[collapsing]))
            }
            beyond[slot] = set | UInt8(truncatingIfNeeded: collapsing) << 4
            if counts, contains(slot, radii.tetrahedron(c[0], c[1], c[2], c[3])) {
                share.shape.tetrahedra += 1
                share.shape.triangles += set.nonzeroBitCount
                if set.nonzeroBitCount == 2 { share.shape.edges += 1 }
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

    /// Finds critical triangles, and edges that collapse with a triangle.
    func lookAtTriangles(_ slots: Range<Int>, _ share: SpaceShare) throws(DelaunayError) {
        let counts = scale.threshold < .infinity
        for slot in slots {
            try poll(slot)
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
                let obtuse = radii.obtuseCorner(x, y, z)
                if obtuse == nil {
                    let value = radii.triangle(x, y, z)
                    try share.triangles.append(Graded(value: value, code: Int32(truncatingIfNeeded: code)))
                } else if obtuse == 0 {
                    try share.detours.append(TaggedEdge(y, z, tag: x))
                } else if obtuse == 1 {
                    try share.detours.append(TaggedEdge(z, x, tag: y))
                } else {
                    try share.detours.append(TaggedEdge(x, y, tag: z))
                }
                if counts, scale.contains(radii.triangle(x, y, z), exact: { radii.exactTriangle(x, y, z) }) {
                    share.shape.triangles += 1
                    if obtuse != nil { share.shape.edges += 1 }
                }
            }
        }
    }

    /// The corners of a facet, in any order.
    @inline(__always)
    func triangle(_ c: UnsafePointer<Int32>, _ facet: Int) -> (Int32, Int32, Int32) {
        (facet == 0 ? c[3] : c[0], facet == 1 ? c[3] : c[1], facet == 2 ? c[3] : c[2])
    }

    func exactTriangle(_ triangle: Graded) -> Double {
        let v = self.triangle(corners + Int(triangle.code & ~3), Int(triangle.code & 3))
        return radii.exactTriangle(v.0, v.1, v.2)
    }

    func exactTetrahedron(_ tetrahedron: Graded) -> Double {
        let c = corners + 4 &* Int(tetrahedron.code)
        return radii.exactTetrahedron(c[0], c[1], c[2], c[3])
    }

    /// Finds critical edges: those that have no detour. Each edge is looked at from the first cell around
    /// it.
    func lookAtEdges(
        _ slots: Range<Int>, _ detours: EdgeTable.Lookup, _ share: SpaceShare
    ) throws(DelaunayError) {
        let counts = scale.threshold < .infinity
        for slot in slots {
            try poll(slot)
            let c = corners + 4 &* slot
            if c[0] < 0 { continue }
            let n = across + 4 &* slot
            // Bit i where the neighbour across facet i comes later.
            var later = 0
            for facet in 0..<4 where Int(n[facet]) >> 2 > slot { later |= 1 << facet }
            for k in 0..<3 where later >> k & 1 != 0 {
                for l in k &+ 1..<4 where later >> l & 1 != 0 {
                    // The edge is that of the corners other than k and l.
                    let rest = ~(1 << k | 1 << l) & 15
                    let (a, b) = (
                        c[rest.trailingZeroBitCount], c[Int.bitWidth - 1 - rest.leadingZeroBitCount]
                    )
                    if a == infinite || b == infinite { continue }
                    guard isFirst(slot, around: k, l), detours.tag(a, b) == nil else { continue }
                    let value = radii.edge(a, b)
                    try share.edges.append(Graded(value: value, code: min(a, b), other: max(a, b)))
                    if counts, scale.contains(value, exact: { radii.exactEdge(a, b) }) {
                        share.shape.edges += 1
                    }
                }
            }
        }
    }

    /// Whether no cell around the edge opposite corners `k` and `l` comes before `slot`.
    @inline(__always)
    private func isFirst(_ slot: Int, around k: Int, _ l: Int) -> Bool {
        var (here, exit) = (slot, k)
        // The corner that is on the facet of the exit, besides the edge.
        var pivot = corners[4 &* slot &+ l]
        while true {
            let next = Int(across[4 &* here &+ exit])
            here = next >> 2
            if here == slot { return true }
            if here < slot { return false }
            let c = corners + 4 &* here
            exit = c[0] == pivot ? 0 : (c[1] == pivot ? 1 : (c[2] == pivot ? 2 : 3))
            pivot = c[next & 3]
        }
    }
}
