import Delaunay
import Hardware

/// A simplex and the square of its radius, in the scale of `Sites`.
struct Graded: BitwiseCopyable {
    var value: Double
    /// A cell, a facet `4 · cell + corner`, or the lower vertex of an edge.
    var code: Int32
    /// The higher vertex of an edge.
    var other: Int32 = 0
}

/// Radii that differ by less are looked at again, correctly rounded.
enum Closeness {
    /// Quickly computed values are within a quarter of this of the exact ones, relatively.
    static let tied = 1e-11
    /// Bars shorter than this relatively may be empty.
    static let short = 1e-10
}

extension FlatList<Graded> {
    /// Sorts by value. Where values are too close for their order to be certain, the exact ones,
    /// correctly rounded, take their place, so that equal radii become equal values.
    mutating func sortByValue(
        account: MemoryAccount, exact: (Graded) -> Double
    ) throws(DelaunayError) {
        let spare = try FlatArray<Graded>(capacity: count, account: account)
        RadixSort.sort(base, spare.base, count: count) { $0.value.bitPattern }
        var start = 0
        while start < count {
            var end = start + 1
            while end < count, base[end].value - base[end - 1].value <= Closeness.tied * base[end].value {
                end += 1
            }
            if end - start > 1 {
                for index in start..<end { base[index].value = exact(base[index]) }
                RadixSort.sort(base + start, spare.base, count: end - start) { $0.value.bitPattern }
            }
            start = end
        }
    }
}
