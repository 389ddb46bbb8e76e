import Delaunay
import Hardware

/// The top degree: voids, by the components of the cells that are not there yet, from the last one
/// backwards. A facet that separates two of them closes the younger void, which began as the cell that
/// fills it; by duality that facet gives birth to the class and that cell ends it.
struct Voids: ~Copyable {
    private let parents: FlatArray<Int32>
    /// By slot: the place of a critical cell among them, sorted; the greatest for what is outside.
    private let ages: FlatArray<Int32>
    private let outside: Int32

    /// - Parameters:
    ///   - cells: critical cells, sorted; codes are slots.
    ///   - next: for a slot, the slot of the neighbour that a cell which is not critical collapses
    ///     against, itself where it is critical, and nil for what is outside.
    init(
        slotCount: Int, cells: UnsafePointer<Graded>, count: Int, context: ComputeContext,
        next: (Int) -> Int?
    ) throws(DelaunayError) {
        let parents = try FlatArray<Int32>(capacity: slotCount + 1, account: context.memory)
        let ages = try FlatArray<Int32>(capacity: slotCount + 1, account: context.memory)
        for slot in 0..<slotCount {
            parents.base[slot] = Int32(truncatingIfNeeded: next(slot) ?? slotCount)
            ages.base[slot] = -1
        }
        parents.base[slotCount] = Int32(truncatingIfNeeded: slotCount)
        for place in 0..<count { ages.base[Int(cells[place].code)] = Int32(truncatingIfNeeded: place) }
        ages.base[slotCount] = .max
        self.parents = parents
        self.ages = ages
        outside = Int32(slotCount)
    }

    /// Joins the cells on both sides of a facet.
    /// - Returns: the place of the cell that began the younger void, or nil where they were one already.
    @inline(__always)
    func join(_ one: Int32, _ other: Int32) -> Int? {
        let sets = DisjointSets(parent: parents.base)
        let (a, b) = (sets.root(of: one), sets.root(of: other))
        if a == b { return nil }
        let (young, old) = ages.base[Int(a)] < ages.base[Int(b)] ? (a, b) : (b, a)
        parents.base[Int(young)] = old
        return Int(ages.base[Int(young)])
    }
}
