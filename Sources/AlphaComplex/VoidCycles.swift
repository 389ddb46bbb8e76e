import Delaunay
import Hardware
import Vocabulary

/// Cycles around voids: the boundary of the cells that make up the younger one when it is closed.
///
/// Not larger than needed in any sense, and together up to the square of the input: for those who ask.
final class VoidCycles {
    private let dimension: Int
    private let corners: UnsafePointer<Int32>
    private let across: UnsafePointer<Int32>
    /// By slot, the critical cell it flows to, and the voids of these; as `Voids` has them.
    private let places: UnsafePointer<Int32>
    private let sets: DisjointSets
    /// The slots that flow to each critical cell, end to end, and where those of each place begin.
    private let slots: FlatArray<Int32>
    private let starts: FlatArray<Int32>
    /// The critical cells of a void as a ring.
    private let following: FlatArray<Int32>
    private var writer: CycleWriter
    /// By the place of the facet that closes a void.
    private(set) var found: [Int: RepresentativeCocycle] = [:]

    init(
        dimension: Int, corners: UnsafePointer<Int32>, across: UnsafePointer<Int32>,
        places: UnsafePointer<Int32>, slotCount: Int, sets: DisjointSets, cellCount: Int, writer: CycleWriter
    ) throws(DelaunayError) {
        let slots = try FlatArray<Int32>(capacity: slotCount, account: writer.account)
        let starts = try FlatArray<Int32>(capacity: cellCount + 2, account: writer.account)
        let following = try FlatArray<Int32>(capacity: cellCount + 1, account: writer.account)
        DisjointSets(parent: following.base).separate(cellCount + 1)
        // Counts, shifted by two places, become the place where the next slot goes.
        let next = starts.base + 1
        starts.base.update(repeating: 0, count: cellCount + 2)
        func isInside(_ slot: Int) -> Bool { places[slot] >= 0 && Int(places[slot]) < cellCount }
        for slot in 0..<slotCount where isInside(slot) {
            next[Int(places[slot]) + 1] += 1
        }
        for place in stride(from: 2, to: cellCount + 2, by: 1) {
            starts.base[place] += starts.base[place - 1]
        }
        for slot in 0..<slotCount where isInside(slot) {
            slots.base[Int(next[Int(places[slot])])] = Int32(truncatingIfNeeded: slot)
            next[Int(places[slot])] += 1
        }
        self.dimension = dimension
        self.corners = corners
        self.across = across
        self.places = places
        self.sets = sets
        self.slots = slots
        self.starts = starts
        self.following = following
        self.writer = writer
    }

    /// Before the voids that two cells began become one.
    func note(facet: Int, closes young: Int32, into old: Int32) throws(DelaunayError) {
        var here = young
        repeat {
            for index in Int(starts.base[Int(here)])..<Int(starts.base[Int(here) + 1]) {
                addBoundary(of: Int(slots.base[index]), in: young)
            }
            here = following.base[Int(here)]
        } while here != young
        found[facet] = try writer.finish(dimension: dimension - 1)
        let next = following.base[Int(young)]
        following.base[Int(young)] = following.base[Int(old)]
        following.base[Int(old)] = next
    }

    /// Adds the facets of a cell beyond which the void ends.
    private func addBoundary(of slot: Int, in void: Int32) {
        for facet in 0...dimension {
            let place = places[Int(across[4 * slot + facet]) >> 2]
            if sets.root(of: place) == void { continue }
            let vertices = (0...dimension).filter { $0 != facet }.map { corners[4 * slot + $0] }
            writer.add(vertices, isReversed: !facet.isMultiple(of: 2))
        }
    }
}
