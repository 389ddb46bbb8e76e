import CPredicates
import Hardware

/// The triangles or tetrahedra of a triangulation as flat arrays, four numbers to each in either case.
/// Cells on the hull's outside have the vertex at infinity, `infinite`, as a corner.
///
/// Cell `t` has the corners `corners[4t...]`, positively oriented; facet `i` is the one that corner `i`
/// is not in, and `across[4t + i]` is `4u + j` where facet `j` of cell `u` is the same. A slot that
/// holds no cell has a negative first corner.
package struct Mesh: ~Copyable {
    /// 3 for tetrahedra, 2 for triangles, 1 for the edges between points of a line, which have no
    /// neighbours here; 0 where there is but one point and no cell.
    package let dimension: Int
    package private(set) var corners: FlatArray<Int32>
    package private(set) var across: FlatArray<Int32>
    /// When a cell was last looked at during an insertion, and with what result.
    private(set) var marks: FlatArray<UInt32>
    /// Slots in use, holes among them.
    package internal(set) var slotCount = 0
    /// The vertex at infinity; greater than every other.
    package let infinite: Int32

    /// Cells without neighbours, to be filled in.
    init(dimension: Int, cells: Int, pointCount: Int, context: ComputeContext) throws(DelaunayError) {
        let corners = try FlatArray<Int32>(capacity: 4 * cells, account: context.memory)
        let across = try FlatArray<Int32>(capacity: 1, account: context.memory)
        let marks = try FlatArray<UInt32>(capacity: 1, account: context.memory)
        self.corners = corners
        self.across = across
        self.marks = marks
        self.dimension = dimension
        slotCount = cells
        infinite = Int32(pointCount)
    }

    /// One simplex and its neighbours at infinity.
    /// - Parameter simplex: positively oriented.
    init(
        simplex: [Int32], capacity: Int, pointCount: Int, context: ComputeContext
    ) throws(DelaunayError) {
        let corners = try FlatArray<Int32>(capacity: 4 * capacity, account: context.memory)
        let across = try FlatArray<Int32>(capacity: 4 * capacity, account: context.memory)
        let marks = try FlatArray<UInt32>(capacity: capacity, account: context.memory)
        self.corners = corners
        self.across = across
        self.marks = marks
        dimension = simplex.count - 1
        infinite = Int32(pointCount)
        // Infinity is on the other side of each facet, and two corners change places for that.
        var cells = [simplex]
        for corner in simplex.indices {
            var cell = simplex
            cell[corner] = infinite
            let others = simplex.indices.filter { $0 != corner }
            cell.swapAt(others[0], others[1])
            cells.append(cell)
        }
        slotCount = cells.count
        for (slot, cell) in cells.enumerated() {
            self.marks.base[slot] = 0
            for corner in 0..<4 {
                self.corners.base[4 * slot + corner] = corner < cell.count ? cell[corner] : 0
            }
            for facet in cell.indices {
                let wanted = Set(cell).subtracting([cell[facet]])
                for (other, neighbour) in cells.enumerated() where other != slot {
                    guard let left = neighbour.firstIndex(where: { !wanted.contains($0) }),
                        wanted.isSubset(of: neighbour)
                    else { continue }
                    self.across.base[4 * slot + facet] = Int32(4 * other + left)
                }
            }
        }
    }

    var capacity: Int { marks.capacity }

    mutating func grow(to wanted: Int) throws(DelaunayError) {
        try corners.grow(to: 4 * wanted)
        try across.grow(to: 4 * wanted)
        try marks.grow(to: wanted)
    }

    /// Empties the slots in `range`.
    mutating func vacate(_ range: Range<Int>) {
        for slot in range { corners.base[4 &* slot] = -1 }
    }

    /// Gives back `across`, for those who need the corners alone from here on.
    package mutating func forgetNeighbours() { across.shrink(to: 0) }

    /// What only insertion needs goes back.
    mutating func finish() {
        marks.shrink(to: 1)
        corners.shrink(to: 4 * slotCount)
        across.shrink(to: 4 * slotCount)
    }
}
