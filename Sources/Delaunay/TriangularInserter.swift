import CPredicates
import Hardware

/// Inserts points into a triangular mesh.
struct TriangularInserter<Geometry: PlaneGeometry>: Inserter, ~Copyable {
    var bench: Workbench
    private let geometry: Geometry
    /// The hole's boundary: both ends of each edge and what lies across.
    private var rim: FlatList<Edge>
    /// By vertex: the new triangle whose outer edge starts there; of meaning only during one insertion.
    private let startingAt: UnsafeMutablePointer<Int32>

    private struct Edge: BitwiseCopyable {
        var from: Int32
        var to: Int32
        var across: Int32
    }

    init(
        geometry: Geometry, sites: borrowing Sites, mesh: borrowing Mesh,
        startingAt: UnsafeMutablePointer<Int32>, account: MemoryAccount
    ) throws(DelaunayError) {
        let bench = try Workbench(sites: sites, mesh: mesh, account: account)
        let rim = try FlatList<Edge>(account: account)
        self.bench = bench
        self.rim = rim
        self.geometry = geometry
        self.startingAt = startingAt
    }

    var rimCount: Int { rim.count }

    @inline(__always)
    func point(_ vertex: Int32) -> UnsafePointer<Double> { bench.points + Geometry.stride &* Int(vertex) }

    @inline(__always)
    func owns(_ triangle: Int) -> Bool {
        let c = bench.corners + 4 &* triangle
        let (a, b, d) = (bench.owns(vertex: c[0]), bench.owns(vertex: c[1]), bench.owns(vertex: c[2]))
        return a && b && d
    }

    @inline(__always)
    private func cornerAtInfinity(_ triangle: Int) -> Int? {
        let c = bench.corners + 4 &* triangle
        if c[0] == bench.infinite { return 0 }
        if c[1] == bench.infinite { return 1 }
        if c[2] == bench.infinite { return 2 }
        return nil
    }

    /// Whether some corner of a facet is its own. A cell with corners of several owners stays as it is,
    /// so that the way may lead through such facets.
    @inline(__always)
    private func ownsCorner(of facet: Int, _ c: UnsafePointer<Int32>) -> Bool {
        for corner in 0..<3 where corner != facet {
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
            for facet in 0..<3 where facet != entered {
                let from = point(facet == 2 ? c[0] : c[facet &+ 1])
                let to = point(facet == 0 ? c[2] : c[facet &- 1])
                if geometry.turn(from, to, p) < 0 {
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

    func coincides(_ p: UnsafePointer<Double>, with triangle: Int) -> Bool {
        for corner in 0..<3 {
            let vertex = bench.corners[4 &* triangle &+ corner]
            if vertex != bench.infinite, AffineHull.coincide(p, point(vertex), Geometry.dimension) {
                return true
            }
        }
        return false
    }

    /// Whether `triangle` makes way for `p`.
    @inline(__always)
    private func conflicts(_ triangle: Int, _ p: UnsafePointer<Double>) -> Bool {
        let c = bench.corners + 4 &* triangle
        if max(max(c[0], c[1]), c[2]) == bench.infinite { return conflictsOutside(triangle, p) }
        let side = geometry.inCircle(point(c[0]), point(c[1]), point(c[2]), p)
        return side == 0 ? isInsidePerturbed(c, p) : side > 0
    }

    /// An bench.infinite triangle makes way where `p` is beyond its hull edge, or in line with that edge and
    /// inside the circumcircle of the finite triangle behind it.
    @inline(never)
    private func conflictsOutside(_ triangle: Int, _ p: UnsafePointer<Double>) -> Bool {
        guard let corner = cornerAtInfinity(triangle) else { return false }
        let side = turn(bench.corners + 4 &* triangle, replacing: corner, by: p)
        if side != 0 { return side > 0 }
        return conflicts(Int(bench.across[4 &* triangle &+ corner]) >> 2, p)
    }

    @inline(never)
    private func isInsidePerturbed(_ c: UnsafePointer<Int32>, _ p: UnsafePointer<Double>) -> Bool {
        let q = [point(c[0]), point(c[1]), point(c[2])]
        return Perturbation.isInside(corners: q, query: p, dimension: Geometry.dimension) { corner in
            turn(c, replacing: corner, by: p)
        }
    }

    private func turn(
        _ c: UnsafePointer<Int32>, replacing corner: Int, by p: UnsafePointer<Double>
    ) -> Int32 {
        geometry.turn(
            corner == 0 ? p : point(c[0]), corner == 1 ? p : point(c[1]), corner == 2 ? p : point(c[2]))
    }

    mutating func digHole(
        _ p: UnsafePointer<Double>, from start: Int
    ) throws(DelaunayError) -> Bool {
        bench.hole.removeAll()
        rim.removeAll()
        bench.mark &+= 2
        let (beyond, inside) = (bench.mark, bench.mark | 1)
        guard owns(start) else { return false }
        bench.marks[start] = inside
        try bench.hole.append(Int32(start))
        var next = 0
        while next < bench.hole.count {
            let here = Int(bench.hole.base[next])
            next &+= 1
            for facet in 0..<3 {
                let other = bench.across[4 &* here &+ facet]
                let there = Int(other) >> 2
                if bench.marks[there] == inside { continue }
                if bench.marks[there] != beyond {
                    guard owns(there) else { return false }
                    if conflicts(there, p) {
                        bench.marks[there] = inside
                        try bench.hole.append(Int32(there))
                        continue
                    }
                    bench.marks[there] = beyond
                }
                let c = bench.corners + 4 &* here
                let from = facet == 2 ? c[0] : c[facet &+ 1]
                let to = facet == 0 ? c[2] : c[facet &- 1]
                try rim.append(Edge(from: from, to: to, across: other))
            }
        }
        return true
    }

    /// (from, to, vertex) for each of the rim's edges.
    mutating func fillHole(with vertex: Int32) throws(DelaunayError) {
        let (corners, across, slots) = (bench.corners, bench.across, bench.slots.base)
        for index in 0..<rim.count { startingAt[Int(rim.base[index].from)] = slots[index] }
        for index in 0..<rim.count {
            let edge = rim.base[index]
            let at = 4 &* Int(slots[index])
            corners[at] = edge.from
            corners[at &+ 1] = edge.to
            corners[at &+ 2] = vertex
            across[at &+ 2] = edge.across
            across[Int(edge.across)] = Int32(truncatingIfNeeded: at &+ 2)
            let following = 4 &* Int(startingAt[Int(edge.to)])
            across[at] = Int32(truncatingIfNeeded: following &+ 1)
            across[following &+ 1] = Int32(truncatingIfNeeded: at)
        }
    }
}
