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

/// Inserts points into a mesh that several may share.
///
/// Side by side, each has a range of vertices as its own: an inserter only looks at cells all of whose
/// corners it owns, or that share a facet with one such, and refuses a point that would need more. No
/// two of them then look at the same cell while it may change.
protocol Inserter: ~Copyable, SendableMetatype {
    /// Where the next search starts.
    var hint: Int32 { get set }
    /// Slots that nobody has used yet, to be used by this one.
    var fresh: Range<Int> { get set }
    /// The last mark given out. Others' marks must not be taken for one's own.
    var mark: UInt32 { get set }

    /// Inserts `vertex`. Unless it was inserted the mesh has not changed.
    mutating func insert(_ vertex: Int32) throws(DelaunayError) -> InsertionOutcome

    /// Takes note of where the mesh's arrays are.
    mutating func attach(to mesh: borrowing Mesh)
    /// From here on only the vertices in `range` are its own.
    mutating func restrict(to range: Range<Int>)
    /// From here on every vertex is its own, the one at infinity too.
    mutating func unrestrict()
    /// Moves the hint to a cell of its own among those of the last insertion; false where there is none.
    mutating func settle() -> Bool
    /// Moves the hint to `cell`; false where that is not, or no longer, its own.
    mutating func restart(at cell: Int32) -> Bool
    /// Marks its left-over slots as empty.
    mutating func vacate()
}
