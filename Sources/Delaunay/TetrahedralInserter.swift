import CPredicates
import Hardware

/// Inserts points into a tetrahedral mesh, by Bowyer's and Watson's method: the tetrahedra whose
/// circumsphere contains the point make way for those that join it with the hole's boundary.
///
/// Several inserters may work on one mesh side by side, each with a range of vertices as its own: an
/// inserter only looks at tetrahedra all of whose corners it owns, or that share a facet with one
/// such, and refuses a point that would need more. Two such ranges have no tetrahedron in common.
struct TetrahedralInserter: Inserter, ~Copyable {
    let points: UnsafePointer<Double>
    let infinite: Int32
    let certainTurn: Double
    let certainSphere: Double

    var corners: UnsafeMutablePointer<Int32>
    var across: UnsafeMutablePointer<Int32>
    var marks: UnsafeMutablePointer<UInt32>
    /// By vertex: its number among the hole's vertices, of meaning only where `named` agrees.
    let numbers: UnsafeMutablePointer<Int32>

    /// Vertices of its own: `first ..< first + extent`.
    var first: UInt32 = 0
    var extent: UInt32 = .max
    /// The last mark given out; even numbers mean outside, odd ones inside.
    var mark: UInt32 = 0

    /// Where the next search starts.
    var hint: Int32 = 0

    // The hole: its tetrahedra, and its boundary.
    var hole: FlatList<Int32>
    var rim: FlatList<Facet>
    var slots: FlatList<Int32>

    /// A facet of the hole's boundary: (x, y, z, new point) is positively oriented; and the same facet
    /// as the tetrahedron outside has it.
    struct Facet: BitwiseCopyable {
        var x: Int32
        var y: Int32
        var z: Int32
        var across: Int32
    }

    // Slots to fill: those that insertions left over, then a range of fresh ones.
    var spare: FlatList<Int32>
    var fresh: Range<Int> = 0..<0

    /// The hole's vertices by number, and by two numbers the new facet on that side of their edge.
    var named: FlatArray<Int32>
    var facets: FlatArray<Int32>
    static let tableSide = 64
    let account: MemoryAccount

    init(
        sites: borrowing Sites, mesh: borrowing Mesh, numbers: UnsafeMutablePointer<Int32>,
        account: MemoryAccount
    ) throws(DelaunayError) {
        let hole = try FlatList<Int32>(account: account)
        let rim = try FlatList<Facet>(account: account)
        let slots = try FlatList<Int32>(account: account)
        let spare = try FlatList<Int32>(account: account)
        let named = try FlatArray<Int32>(capacity: Self.tableSide, account: account)
        let facets = try FlatArray<Int32>(capacity: Self.tableSide * Self.tableSide, account: account)
        self.hole = hole
        self.rim = rim
        self.slots = slots
        self.spare = spare
        self.named = named
        self.facets = facets
        points = sites.coordinates
        infinite = mesh.infinite
        corners = mesh.corners.base
        across = mesh.across.base
        marks = mesh.marks.base
        self.numbers = numbers
        // The predicates' bounds with every difference as large as the whole.
        let extent = sites.extent
        certainTurn = 8 * 0x1p-53 * 6 * extent * extent * extent
        certainSphere = 17 * 0x1p-53 * 72 * extent * extent * extent * extent * extent
        self.account = account
    }

    mutating func attach(to mesh: borrowing Mesh) {
        corners = mesh.corners.base
        across = mesh.across.base
        marks = mesh.marks.base
    }

    mutating func restrict(to range: Range<Int>) {
        first = UInt32(range.lowerBound)
        extent = UInt32(range.count)
    }

    mutating func unrestrict() {
        first = 0
        extent = .max
    }

    mutating func settle() -> Bool {
        for index in 0..<slots.count where owns(Int(slots.base[index])) {
            hint = slots.base[index]
            return true
        }
        return false
    }

    mutating func restart(at cell: Int32) -> Bool {
        hint = cell
        return owns(Int(cell))
    }

    mutating func vacate() {
        while let slot = spare.popLast() { corners[4 &* Int(slot)] = -1 }
    }

    @inline(__always)
    func point(_ vertex: Int32) -> UnsafePointer<Double> { points + 4 &* Int(vertex) }

    @inline(__always)
    func owns(_ tetrahedron: Int) -> Bool {
        let c = corners + 4 &* tetrahedron
        let a = UInt32(bitPattern: c[0]) &- first < extent
        let b = UInt32(bitPattern: c[1]) &- first < extent
        let d = UInt32(bitPattern: c[2]) &- first < extent
        let e = UInt32(bitPattern: c[3]) &- first < extent
        return a && b && d && e
    }

    /// Whether some corner of a facet is its own. A cell with corners of several owners stays as it is,
    /// so that the way may lead through such facets.
    @inline(__always)
    private func ownsCorner(of facet: Int, _ c: UnsafePointer<Int32>) -> Bool {
        for corner in 0..<4 where corner != facet {
            if UInt32(bitPattern: c[corner]) &- first < extent { return true }
        }
        return false
    }

    // MARK: Inserting

    /// Inserts `vertex`. Unless it was inserted nothing has changed.
    mutating func insert(_ vertex: Int32) throws(DelaunayError) -> InsertionOutcome {
        let p = point(vertex)
        guard let start = locate(p) else { return .refused }
        if coincides(p, with: start) { return .duplicate }
        guard try digHole(p, from: start) else { return .refused }
        if rim.count &- hole.count > spare.count &+ fresh.count { return .full }
        try fillHole(with: vertex)
        return .inserted
    }

    /// The tetrahedron that contains `p`, or an infinite one on whose outer side `p` lies; nil where
    /// the way to it leads through vertices of others.
    private mutating func locate(_ p: UnsafePointer<Double>) -> Int? {
        var here = Int(hint)
        if let corner = cornerAtInfinity(here) { here = Int(across[4 &* here &+ corner]) >> 2 }
        var entered = -1
        search: while true {
            let c = corners + 4 &* here
            var isBlocked = false
            for facet in 0..<4 where facet != entered {
                if turn(c, replacing: facet, by: p) < 0 {
                    guard ownsCorner(of: facet, c) else {
                        isBlocked = true
                        continue
                    }
                    let next = Int(across[4 &* here &+ facet])
                    here = next >> 2
                    entered = next & 3
                    if cornerAtInfinity(here) != nil { return here }
                    continue search
                }
            }
            return isBlocked ? nil : here
        }
    }

    /// The orientation of the corners `c` with `p` in place of number `corner`.
    @inline(__always)
    private func turn(
        _ c: UnsafePointer<Int32>, replacing corner: Int, by p: UnsafePointer<Double>
    ) -> Int32 {
        let a = corner == 0 ? p : point(c[0]), b = corner == 1 ? p : point(c[1])
        let d = corner == 2 ? p : point(c[2]), e = corner == 3 ? p : point(c[3])
        return tda_orient3d(a, b, d, e, certainTurn)
    }

    @inline(__always)
    private func cornerAtInfinity(_ tetrahedron: Int) -> Int? {
        let c = corners + 4 &* tetrahedron
        if c[0] == infinite { return 0 }
        if c[1] == infinite { return 1 }
        if c[2] == infinite { return 2 }
        if c[3] == infinite { return 3 }
        return nil
    }

    private func coincides(_ p: UnsafePointer<Double>, with tetrahedron: Int) -> Bool {
        for corner in 0..<4 {
            let vertex = corners[4 &* tetrahedron &+ corner]
            if vertex == infinite { continue }
            let q = point(vertex)
            if p[0] == q[0], p[1] == q[1], p[2] == q[2] { return true }
        }
        return false
    }

    /// Whether `tetrahedron` makes way for `p`.
    @inline(__always)
    private func conflicts(_ tetrahedron: Int, _ p: UnsafePointer<Double>) -> Bool {
        let c = corners + 4 &* tetrahedron
        if max(max(c[0], c[1]), max(c[2], c[3])) == infinite { return conflictsOutside(tetrahedron, p) }
        let side = tda_insphere(point(c[0]), point(c[1]), point(c[2]), point(c[3]), p, certainSphere)
        return side == 0 ? isInsidePerturbed(c, p) : side > 0
    }

    /// An infinite tetrahedron makes way where `p` is beyond its hull facet, or in the facet's plane and
    /// inside the circumsphere of the finite tetrahedron behind it.
    @inline(never)
    private func conflictsOutside(_ tetrahedron: Int, _ p: UnsafePointer<Double>) -> Bool {
        guard let corner = cornerAtInfinity(tetrahedron) else { return false }
        let side = turn(corners + 4 &* tetrahedron, replacing: corner, by: p)
        if side != 0 { return side > 0 }
        return conflicts(Int(across[4 &* tetrahedron &+ corner]) >> 2, p)
    }

    @inline(never)
    private func isInsidePerturbed(_ c: UnsafePointer<Int32>, _ p: UnsafePointer<Double>) -> Bool {
        let q = [point(c[0]), point(c[1]), point(c[2]), point(c[3])]
        return Perturbation.isInside(corners: q, query: p, dimension: 3) { corner in
            turn(c, replacing: corner, by: p)
        }
    }

    /// Finds what makes way for `p`. False where that would touch vertices of others.
    private mutating func digHole(
        _ p: UnsafePointer<Double>, from start: Int
    ) throws(DelaunayError) -> Bool {
        hole.removeAll()
        rim.removeAll()
        mark &+= 2
        guard owns(start) else { return false }
        marks[start] = mark | 1
        try hole.append(Int32(truncatingIfNeeded: start))
        var next = 0
        while next < hole.count {
            let here = Int(hole.base[next])
            next &+= 1
            try hole.reserve(4)
            try rim.reserve(4)
            let c = corners + 4 &* here
            let n = across + 4 &* here
            let (c0, c1, c2, c3) = (c[0], c[1], c[2], c[3])
            let (n0, n1, n2, n3) = (n[0], n[1], n[2], n[3])
            // The corners of each facet, turned so that the opposite one completes them positively.
            guard look(n0, p, c1, c3, c2), look(n1, p, c0, c2, c3), look(n2, p, c1, c0, c3),
                look(n3, p, c0, c1, c2)
            else { return false }
        }
        return true
    }

    /// Looks across the facet (x, y, z) of a tetrahedron that makes way: what is there makes way too, or
    /// the facet is of the hole's boundary. False where what is there must not be looked at.
    @inline(__always)
    private mutating func look(
        _ other: Int32, _ p: UnsafePointer<Double>, _ x: Int32, _ y: Int32, _ z: Int32
    ) -> Bool {
        let there = Int(other) >> 2
        let seen = marks[there]
        if seen == mark | 1 { return true }
        if seen != mark {
            guard owns(there) else { return false }
            if conflicts(there, p) {
                marks[there] = mark | 1
                hole.appendReserved(Int32(truncatingIfNeeded: there))
                return true
            }
            marks[there] = mark
        }
        rim.appendReserved(Facet(x: x, y: y, z: z, across: other))
        return true
    }
}
