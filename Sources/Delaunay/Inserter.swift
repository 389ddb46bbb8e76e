import Hardware

enum InsertionOutcome {
    case inserted
    /// There is a vertex in the same place.
    case duplicate
    /// It would take cells of others.
    case refused
    /// There are not enough slots.
    case full
}

/// Inserts points into a mesh that several may share, by Bowyer's and Watson's method: the cells whose
/// circumsphere contains the point make way for those that join it with the hole's boundary.
///
/// Side by side, each has a range of vertices as its own: an inserter only looks at cells all of whose
/// corners it owns, or that share a facet with one such, and refuses a point that would need more. No
/// two of them then look at the same cell while it may change.
protocol Inserter: ~Copyable, SendableMetatype {
    var bench: Workbench { get set }

    /// Whether all corners of a cell are its own.
    func owns(_ cell: Int) -> Bool
    /// The cell that `p` is in, or an infinite one on whose outer side `p` lies; nil where the way to it
    /// leads through vertices of others.
    func locate(_ p: UnsafePointer<Double>) -> Int?
    /// Whether a corner of `cell` is in the same place.
    func coincides(_ p: UnsafePointer<Double>, with cell: Int) -> Bool
    /// Finds the hole that makes way for `p`, and its boundary. False where that would touch vertices of
    /// others.
    mutating func digHole(_ p: UnsafePointer<Double>, from start: Int) throws(DelaunayError) -> Bool
    /// How many facets the hole's boundary has, and the point will have cells.
    var rimCount: Int { get }
    /// Joins the hole's boundary with `vertex`, in the slots of the bench.
    mutating func fillHole(with vertex: Int32) throws(DelaunayError)
    func point(_ vertex: Int32) -> UnsafePointer<Double>
}

extension Inserter where Self: ~Copyable {
    /// Inserts `vertex`. Unless it was inserted the mesh has not changed.
    @inline(__always)
    mutating func insert(_ vertex: Int32) throws(DelaunayError) -> InsertionOutcome {
        let p = point(vertex)
        guard let start = locate(p) else { return .refused }
        if coincides(p, with: start) { return .duplicate }
        guard try digHole(p, from: start) else { return .refused }
        guard bench.hasRoom(for: rimCount) else { return .full }
        try bench.takeSlots(rimCount)
        try fillHole(with: vertex)
        return .inserted
    }

    /// Moves the hint to a cell of its own among those of the last insertion; false where there is none.
    mutating func settle() -> Bool {
        for index in 0..<bench.slots.count where owns(Int(bench.slots.base[index])) {
            bench.hint = bench.slots.base[index]
            return true
        }
        return false
    }

    /// Moves the hint to `cell`; false where that is not, or no longer, its own.
    mutating func restart(at cell: Int32) -> Bool {
        bench.hint = cell
        return owns(Int(cell))
    }
}
