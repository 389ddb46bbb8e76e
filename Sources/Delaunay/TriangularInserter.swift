import CPredicates
import Hardware

/// Inserts points into a triangular mesh, by Bowyer's and Watson's method: the triangles whose
/// circumcircle contains the point make way for those that join it with the hole's boundary.
struct TriangularInserter<Geometry: PlaneGeometry>: Inserter, ~Copyable {
    private let points: UnsafePointer<Double>
    private let geometry: Geometry
    private let infinite: Int32

    private var corners: UnsafeMutablePointer<Int32>
    private var across: UnsafeMutablePointer<Int32>
    private var marks: UnsafeMutablePointer<UInt32>
    /// By vertex: the new triangle whose outer edge starts there; of meaning only during one insertion.
    private let startingAt: UnsafeMutablePointer<Int32>

    private var first: UInt32 = 0
    private var extent: UInt32 = .max
    var mark: UInt32 = 0
    var hint: Int32 = 0

    // The hole: its triangles, and its boundary: both ends of each edge and what lies across.
    private var hole: FlatList<Int32>
    private var rim: FlatList<Edge>
    private var spare: FlatList<Int32>
    var fresh: Range<Int> = 0..<0
    /// How many triangles the last insertion made, and the slots they took.
    private var slots: FlatList<Int32>

    private struct Edge: BitwiseCopyable {
        var from: Int32
        var to: Int32
        var across: Int32
    }

    init(
        geometry: Geometry, sites: borrowing Sites, mesh: borrowing Mesh,
        startingAt: UnsafeMutablePointer<Int32>, account: MemoryAccount
    ) throws(DelaunayError) {
        let hole = try FlatList<Int32>(account: account)
        let rim = try FlatList<Edge>(account: account)
        let spare = try FlatList<Int32>(account: account)
        let slots = try FlatList<Int32>(account: account)
        self.hole = hole
        self.rim = rim
        self.spare = spare
        self.slots = slots
        points = sites.coordinates
        self.geometry = geometry
        infinite = mesh.infinite
        corners = mesh.corners.base
        across = mesh.across.base
        marks = mesh.marks.base
        self.startingAt = startingAt
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
    private func point(_ vertex: Int32) -> UnsafePointer<Double> { points + Geometry.stride &* Int(vertex) }

    @inline(__always)
    private func owns(_ triangle: Int) -> Bool {
        let c = corners + 4 &* triangle
        let a = UInt32(bitPattern: c[0]) &- first < extent
        let b = UInt32(bitPattern: c[1]) &- first < extent
        let d = UInt32(bitPattern: c[2]) &- first < extent
        return a && b && d
    }

    @inline(__always)
    private func cornerAtInfinity(_ triangle: Int) -> Int? {
        let c = corners + 4 &* triangle
        if c[0] == infinite { return 0 }
        if c[1] == infinite { return 1 }
        if c[2] == infinite { return 2 }
        return nil
    }

    /// Whether some corner of a facet is its own. A cell with corners of several owners stays as it is,
    /// so that the way may lead through such facets.
    @inline(__always)
    private func ownsCorner(of facet: Int, _ c: UnsafePointer<Int32>) -> Bool {
        for corner in 0..<3 where corner != facet {
            if UInt32(bitPattern: c[corner]) &- first < extent { return true }
        }
        return false
    }

    // MARK: Inserting

    mutating func insert(_ vertex: Int32) throws(DelaunayError) -> InsertionOutcome {
        let p = point(vertex)
        guard let start = locate(p) else { return .refused }
        if coincides(p, with: start) { return .duplicate }
        guard try digHole(p, from: start) else { return .refused }
        if rim.count &- hole.count > spare.count &+ fresh.count { return .full }
        try fillHole(vertex)
        return .inserted
    }

    /// The triangle that contains `p`, or an infinite one on whose outer side `p` lies; nil where the
    /// way to it leads through vertices of others.
    private mutating func locate(_ p: UnsafePointer<Double>) -> Int? {
        var here = Int(hint)
        if let corner = cornerAtInfinity(here) { here = Int(across[4 &* here &+ corner]) >> 2 }
        var entered = -1
        search: while true {
            let c = corners + 4 &* here
            var isBlocked = false
            for facet in 0..<3 where facet != entered {
                let from = point(facet == 2 ? c[0] : c[facet &+ 1])
                let to = point(facet == 0 ? c[2] : c[facet &- 1])
                if geometry.turn(from, to, p) < 0 {
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

    private func coincides(_ p: UnsafePointer<Double>, with triangle: Int) -> Bool {
        for corner in 0..<3 {
            let vertex = corners[4 &* triangle &+ corner]
            if vertex != infinite, AffineHull.coincide(p, point(vertex), Geometry.dimension) { return true }
        }
        return false
    }

    /// Whether `triangle` makes way for `p`.
    @inline(__always)
    private func conflicts(_ triangle: Int, _ p: UnsafePointer<Double>) -> Bool {
        let c = corners + 4 &* triangle
        if max(max(c[0], c[1]), c[2]) == infinite { return conflictsOutside(triangle, p) }
        let side = geometry.inCircle(point(c[0]), point(c[1]), point(c[2]), p)
        return side == 0 ? isInsidePerturbed(c, p) : side > 0
    }

    /// An infinite triangle makes way where `p` is beyond its hull edge, or in line with that edge and
    /// inside the circumcircle of the finite triangle behind it.
    @inline(never)
    private func conflictsOutside(_ triangle: Int, _ p: UnsafePointer<Double>) -> Bool {
        guard let corner = cornerAtInfinity(triangle) else { return false }
        let side = turn(corners + 4 &* triangle, replacing: corner, by: p)
        if side != 0 { return side > 0 }
        return conflicts(Int(across[4 &* triangle &+ corner]) >> 2, p)
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

    /// Finds what makes way for `p`. False where that would touch vertices of others.
    private mutating func digHole(
        _ p: UnsafePointer<Double>, from start: Int
    ) throws(DelaunayError) -> Bool {
        hole.removeAll()
        rim.removeAll()
        mark &+= 2
        let (beyond, inside) = (mark, mark | 1)
        guard owns(start) else { return false }
        marks[start] = inside
        try hole.append(Int32(start))
        var next = 0
        while next < hole.count {
            let here = Int(hole.base[next])
            next &+= 1
            for facet in 0..<3 {
                let other = across[4 &* here &+ facet]
                let there = Int(other) >> 2
                if marks[there] == inside { continue }
                if marks[there] != beyond {
                    guard owns(there) else { return false }
                    if conflicts(there, p) {
                        marks[there] = inside
                        try hole.append(Int32(there))
                        continue
                    }
                    marks[there] = beyond
                }
                let c = corners + 4 &* here
                let from = facet == 2 ? c[0] : c[facet &+ 1]
                let to = facet == 0 ? c[2] : c[facet &- 1]
                try rim.append(Edge(from: from, to: to, across: other))
            }
        }
        return true
    }

    /// Joins the hole's rim with `vertex`: (from, to, vertex) for each of its edges.
    private mutating func fillHole(_ vertex: Int32) throws(DelaunayError) {
        slots.removeAll()
        for index in 0..<rim.count {
            let edge = rim.base[index]
            let slot: Int32
            if index < hole.count {
                slot = hole.base[index]
            } else if let left = spare.popLast() {
                slot = left
                marks[Int(slot)] = 0
            } else {
                slot = Int32(truncatingIfNeeded: fresh.lowerBound)
                fresh = fresh.lowerBound &+ 1..<fresh.upperBound
                marks[Int(slot)] = 0
            }
            try slots.append(slot)
            startingAt[Int(edge.from)] = slot
        }
        for index in stride(from: rim.count, to: hole.count, by: 1) { try spare.append(hole.base[index]) }
        for index in 0..<rim.count {
            let edge = rim.base[index]
            let slot = slots.base[index]
            let at = 4 &* Int(slot)
            corners[at] = edge.from
            corners[at &+ 1] = edge.to
            corners[at &+ 2] = vertex
            across[at &+ 2] = edge.across
            across[Int(edge.across)] = Int32(truncatingIfNeeded: at &+ 2)
            let following = 4 &* Int(startingAt[Int(edge.to)])
            across[at] = Int32(truncatingIfNeeded: following &+ 1)
            across[following &+ 1] = Int32(truncatingIfNeeded: at)
        }
        hint = slots.base[0]
    }
}
