import CPredicates
import Hardware

/// Inserts points into a tetrahedral mesh.
struct TetrahedralInserter: Inserter, ~Copyable {
    var bench: Workbench
    private let certainTurn: Double
    private let certainSphere: Double
    /// The hole's boundary.
    var rim: FlatList<Facet>

    /// A facet of the hole's boundary: (x, y, z, new point) is positively oriented; and the same facet
    /// as the tetrahedron outside has it.
    struct Facet: BitwiseCopyable {
        var x: Int32
        var y: Int32
        var z: Int32
        var across: Int32
    }

    /// By vertex: its number among the hole's vertices, of meaning only where `named` agrees.
    let numbers: UnsafeMutablePointer<Int32>
    /// The hole's vertices by number, and by two numbers the new facet on that side of their edge.
    let named: FlatArray<Int32>
    let facets: FlatArray<Int32>
    static let tableSide = 64
    let account: MemoryAccount

    init(
        sites: borrowing Sites, mesh: borrowing Mesh, numbers: UnsafeMutablePointer<Int32>,
        account: MemoryAccount
    ) throws(DelaunayError) {
        let bench = try Workbench(sites: sites, mesh: mesh, account: account)
        let rim = try FlatList<Facet>(account: account)
        let named = try FlatArray<Int32>(capacity: Self.tableSide, account: account)
        let facets = try FlatArray<Int32>(capacity: Self.tableSide * Self.tableSide, account: account)
        self.bench = bench
        self.rim = rim
        self.named = named
        self.facets = facets
        self.numbers = numbers
        // The predicates' bounds with every difference as large as the whole.
        let extent = sites.extent
        certainTurn = 8 * 0x1p-53 * 6 * extent * extent * extent
        certainSphere = 17 * 0x1p-53 * 72 * extent * extent * extent * extent * extent
        self.account = account
    }

    var rimCount: Int { rim.count }

    @inline(__always)
    func point(_ vertex: Int32) -> UnsafePointer<Double> { bench.points + 4 &* Int(vertex) }

    @inline(__always)
    func owns(_ tetrahedron: Int) -> Bool {
        let c = bench.corners + 4 &* tetrahedron
        let (a, b) = (bench.owns(vertex: c[0]), bench.owns(vertex: c[1]))
        let (d, e) = (bench.owns(vertex: c[2]), bench.owns(vertex: c[3]))
        return a && b && d && e
    }

    /// Whether some corner of a facet is its own. A cell with corners of several owners stays as it is,
    /// so that the way may lead through such facets.
    @inline(__always)
    private func ownsCorner(of facet: Int, _ c: UnsafePointer<Int32>) -> Bool {
        for corner in 0..<4 where corner != facet {
            if bench.owns(vertex: c[corner]) { return true }
        }
        return false
    }

    // MARK: Inserting

    func locate(_ p: UnsafePointer<Double>) -> Int? {
        var here = Int(bench.hint)
        if let corner = cornerAtInfinity(here) { here = Int(bench.across[4 &* here &+ corner]) >> 2 }
        var entered = -1
        search: while true {
            let c = bench.corners + 4 &* here
            var isBlocked = false
            for facet in 0..<4 where facet != entered {
                if turn(c, replacing: facet, by: p) < 0 {
                    guard ownsCorner(of: facet, c) else {
                        isBlocked = true
                        continue
                    }
                    let next = Int(bench.across[4 &* here &+ facet])
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
        let c = bench.corners + 4 &* tetrahedron
        if c[0] == bench.infinite { return 0 }
        if c[1] == bench.infinite { return 1 }
        if c[2] == bench.infinite { return 2 }
        if c[3] == bench.infinite { return 3 }
        return nil
    }

    func coincides(_ p: UnsafePointer<Double>, with tetrahedron: Int) -> Bool {
        for corner in 0..<4 {
            let vertex = bench.corners[4 &* tetrahedron &+ corner]
            if vertex == bench.infinite { continue }
            let q = point(vertex)
            if p[0] == q[0], p[1] == q[1], p[2] == q[2] { return true }
        }
        return false
    }

    /// Whether `tetrahedron` makes way for `p`.
    @inline(__always)
    private func conflicts(_ tetrahedron: Int, _ p: UnsafePointer<Double>) -> Bool {
        let c = bench.corners + 4 &* tetrahedron
        if max(max(c[0], c[1]), max(c[2], c[3])) == bench.infinite { return conflictsOutside(tetrahedron, p) }
        let side = tda_insphere(point(c[0]), point(c[1]), point(c[2]), point(c[3]), p, certainSphere)
        return side == 0 ? isInsidePerturbed(c, p) : side > 0
    }

    /// An bench.infinite tetrahedron makes way where `p` is beyond its hull facet, or in the facet's plane and
    /// inside the circumsphere of the finite tetrahedron behind it.
    @inline(never)
    private func conflictsOutside(_ tetrahedron: Int, _ p: UnsafePointer<Double>) -> Bool {
        guard let corner = cornerAtInfinity(tetrahedron) else { return false }
        let side = turn(bench.corners + 4 &* tetrahedron, replacing: corner, by: p)
        if side != 0 { return side > 0 }
        return conflicts(Int(bench.across[4 &* tetrahedron &+ corner]) >> 2, p)
    }

    @inline(never)
    private func isInsidePerturbed(_ c: UnsafePointer<Int32>, _ p: UnsafePointer<Double>) -> Bool {
        let q = [point(c[0]), point(c[1]), point(c[2]), point(c[3])]
        return Perturbation.isInside(corners: q, query: p, dimension: 3) { corner in
            turn(c, replacing: corner, by: p)
        }
    }

    mutating func digHole(
        _ p: UnsafePointer<Double>, from start: Int
    ) throws(DelaunayError) -> Bool {
        bench.hole.removeAll()
        rim.removeAll()
        bench.mark &+= 2
        guard owns(start) else { return false }
        bench.marks[start] = bench.mark | 1
        try bench.hole.append(Int32(truncatingIfNeeded: start))
        var next = 0
        while next < bench.hole.count {
            let here = Int(bench.hole.base[next])
            next &+= 1
            try bench.hole.reserve(4)
            try rim.reserve(4)
            let c = bench.corners + 4 &* here
            let n = bench.across + 4 &* here
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
        let seen = bench.marks[there]
        if seen == bench.mark | 1 { return true }
        if seen != bench.mark {
            guard owns(there) else { return false }
            if conflicts(there, p) {
                bench.marks[there] = bench.mark | 1
                bench.hole.appendReserved(Int32(truncatingIfNeeded: there))
                return true
            }
            bench.marks[there] = bench.mark
        }
        rim.appendReserved(Facet(x: x, y: y, z: z, across: other))
        return true
    }
}
