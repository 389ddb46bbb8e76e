import Delaunay
import Hardware

/// The top degree: voids, by the components of the cells that are not there yet, from the last one
/// backwards. A facet that separates two of them closes the younger void, which began as the cell that
/// fills it; by duality that facet gives birth to the class and that cell ends it.
final class Voids {
    /// By slot: the place, among the sorted critical cells, of the one that it flows to; beyond the last
    /// for what flows outside, negative for what is empty.
    private let places: FlatArray<Int32>
    /// Of critical cells, by their places, and of what is outside. The oldest of its cells, which is the
    /// last of the filtration, names a set.
    private let parents: FlatArray<Int32>
    private let slotCount: Int
    private let cellCount: Int
    private let context: ComputeContext

    /// Two places.
    private struct Sides: BitwiseCopyable {
        var one: Int32
        var other: Int32
    }

    /// - Parameters:
    ///   - cells: critical cells, sorted; codes are slots.
    ///   - next: for a slot, the slot of the neighbour that a cell which is not critical collapses
    ///     against, itself where it is critical or empty, and nil for what is outside.
    init(
        slotCount: Int, cells: UnsafePointer<Graded>, count: Int, context: ComputeContext,
        next: (Int) -> Int?
    ) throws(DelaunayError) {
        let places = try FlatArray<Int32>(capacity: slotCount, account: context.memory)
        let parents = try FlatArray<Int32>(capacity: count + 1, account: context.memory)
        let known = places.base
        known.update(repeating: -1, count: slotCount)
        for place in 0..<count { known[Int(cells[place].code)] = Int32(truncatingIfNeeded: place) }
        for slot in 0..<slotCount where known[slot] < 0 {
            if slot & 4095 == 0, let reason = context.stop.reason { throw .stopped(reason) }
            // The way from here to what is known, and then all of it becomes known.
            var end = slot
            var place: Int32 = -1
            while place < 0 {
                guard let there = next(end) else {
                    place = Int32(truncatingIfNeeded: count)
                    break
                }
                if there == end { break }
                end = there
                place = known[end]
            }
            var here = slot
            while here != end {
                known[here] = place
                guard let there = next(here) else { break }
                here = there
            }
            if known[end] < 0 { known[end] = place }
        }
        DisjointSets(parent: parents.base).separate(count + 1)
        self.places = places
        self.parents = parents
        self.slotCount = slotCount
        self.context = context
        cellCount = count
    }

    /// Cycles around the voids that `close` will find.
    func cycles(
        dimension: Int, corners: UnsafePointer<Int32>, across: UnsafePointer<Int32>, writer: CycleWriter
    ) throws(DelaunayError) -> VoidCycles {
        try VoidCycles(
            dimension: dimension, corners: corners, across: across, places: places.base,
            slotCount: slotCount, sets: DisjointSets(parent: parents.base), cellCount: cellCount,
            writer: writer)
    }

    /// Takes facets away from the last one backwards.
    ///
    /// - Parameters:
    ///   - facets: critical facets, sorted; codes are `4 · slot + corner`.
    ///   - cycles: takes note of the boundary of each void when it is closed.
    /// - Returns: by the facets' places, the place of the cell that began the void, or −1 where a facet
    ///   closes none.
    func close(
        facets: UnsafePointer<Graded>, count: Int, across: UnsafePointer<Int32>,
        cycles: VoidCycles? = nil
    ) throws(DelaunayError) -> FlatArray<Int32> {
        let closed = try FlatArray<Int32>(capacity: count, account: context.memory)
        // The sides of some facets at a time, as memory answers many independent questions together.
        let ahead = 64
        let found = try FlatArray<Sides>(capacity: ahead, account: context.memory)
        let (cells, results, waiting) = (places.base, closed.base, found.base)
        let sets = DisjointSets(parent: parents.base)
        for place in (0..<count).reversed() {
            if place & 4095 == 0, let reason = context.stop.reason { throw .stopped(reason) }
            if place % ahead == ahead - 1 || place == count - 1 {
                for next in place / ahead * ahead...place {
                    let code = facets[next].code
                    waiting[next % ahead] = Sides(
                        one: cells[Int(code >> 2)], other: cells[Int(across[Int(code)] >> 2)])
                }
            }
            let sides = waiting[place % ahead]
            results[place] = -1
            if sides.one == sides.other { continue }
            let (a, b) = (sets.root(of: sides.one), sets.root(of: sides.other))
            if a == b { continue }
            let (young, old) = (min(a, b), max(a, b))
            try cycles?.note(facet: place, closes: young, into: old)
            sets.parent[Int(young)] = old
            results[place] = young
        }
        return closed
    }
}
