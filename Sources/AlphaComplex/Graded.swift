/// A simplex and the square of its radius, in the scale of `Sites`.
struct Graded: BitwiseCopyable {
    var value: Double
    /// A cell, a facet `4 · cell + corner`, or the lower vertex of an edge.
    var code: Int32
    /// The higher vertex of an edge; of a triangle in space, its number in the order of the mesh.
    var other: Int32 = 0
}

/// Radii that differ by less are looked at again, correctly rounded.
enum Closeness {
    /// Quickly computed values are within a quarter of this of the exact ones, relatively.
    static let tied = 1e-11
    /// Bars shorter than this relatively may be empty.
    static let short = 1e-10
}
