import Hardware

extension TetrahedralInserter {
    /// (x, y, z, vertex) for each facet of the hole's boundary.
    mutating func fillHole(with vertex: Int32) throws(DelaunayError) {
        let (corners, across, slots) = (bench.corners, bench.across, bench.slots.base)
        for index in 0..<rim.count {
            let at = 4 &* Int(slots[index])
            let facet = rim.base[index]
            corners[at] = facet.x
            corners[at &+ 1] = facet.y
            corners[at &+ 2] = facet.z
            corners[at &+ 3] = vertex
            across[at &+ 3] = facet.across
            across[Int(facet.across)] = Int32(truncatingIfNeeded: at &+ 3)
        }
        // A hole with f boundary facets has f / 2 + 2 vertices.
        if rim.count / 2 + 2 <= Self.tableSide { joinByTable() } else { try joinBySorting() }
    }

    /// Two new tetrahedra share a facet where they share an edge of the hole's boundary, which they
    /// see in opposite directions.
    private mutating func joinByTable() {
        let (slots, rim, count) = (bench.slots.base, rim.base, rim.count)
        let across = bench.across
        let (named, facets) = (named.base, facets.base)
        let shift = 6
        var vertexCount: Int32 = 0
        @inline(__always)
        func number(_ vertex: Int32) -> Int32 {
            let known = numbers[Int(vertex)]
            // A number is of this hole where the list of its vertices says so.
            if known >= 0, known < vertexCount, named[Int(known)] == vertex { return known }
            let fresh = vertexCount
            numbers[Int(vertex)] = fresh
            named[Int(fresh)] = vertex
            vertexCount &+= 1
            return fresh
        }
        for index in 0..<count {
            let facet = rim[index]
            let at = 4 &* slots[index]
            let (x, y, z) = (number(facet.x), number(facet.y), number(facet.z))
            rim[index] = Facet(x: x, y: y, z: z, across: 0)
            facets[Int(y << shift | z)] = at
            facets[Int(z << shift | x)] = at &+ 1
            facets[Int(x << shift | y)] = at &+ 2
        }
        for index in 0..<count {
            let (x, y, z) = (rim[index].x, rim[index].y, rim[index].z)
            let at = 4 &* Int(slots[index])
            across[at] = facets[Int(z << shift | y)]
            across[at &+ 1] = facets[Int(x << shift | z)]
            across[at &+ 2] = facets[Int(y << shift | x)]
        }
    }

    /// The same for holes of many vertices: the facets of an edge stand side by side once sorted.
    private mutating func joinBySorting() throws(DelaunayError) {
        let count = 3 * rim.count
        let items = try FlatArray<UInt64>(capacity: count, account: account)
        let spare = try FlatArray<UInt64>(capacity: count, account: account)
        let rim = rim.base
        // Side i of a facet is the edge opposite its corner i.
        @inline(__always)
        func ends(_ side: Int) -> (Int32, Int32) {
            let facet = rim[side / 3]
            return side % 3 == 0
                ? (facet.y, facet.z) : side % 3 == 1 ? (facet.z, facet.x) : (facet.x, facet.y)
        }
        for side in 0..<count {
            let (a, b) = ends(side)
            items.base[side] = UInt64(max(a, b)) << 32 | UInt64(side)
        }
        RadixSort.byUpperHalf(items.base, spare.base, count: count)
        for index in 0..<count {
            let side = items.base[index] & 0xffff_ffff
            let (a, b) = ends(Int(side))
            items.base[index] = UInt64(min(a, b)) << 32 | side
        }
        RadixSort.byUpperHalf(items.base, spare.base, count: count)
        for index in stride(from: 0, to: count, by: 2) {
            let (one, other) = (
                facet(Int(items.base[index] & 0xffff_ffff)), facet(Int(items.base[index + 1] & 0xffff_ffff))
            )
            bench.across[Int(one)] = other
            bench.across[Int(other)] = one
        }
    }

    /// The new facet on a side: `4 · slot + corner`.
    private func facet(_ side: Int) -> Int32 {
        4 &* bench.slots.base[side / 3] &+ Int32(truncatingIfNeeded: side % 3)
    }
}
