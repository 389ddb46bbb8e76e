import Hardware
import RankKernels
import Synchronization
import Vocabulary

/// From here on a number in a row is no rank but the sort key of an edge that has none yet.
let unranked = UInt32(TDA_UNRANKED)

/// Fills the square of a dense graph with sort keys: row v holds, for every vertex in the graph's own
/// numbers, `unranked` + the sort key of the edge to it, and `none` where there is no edge.
struct SquareFilling: Sendable {
    private let rows: RankMatrix
    private let count: Int
    /// The number of each point of the matrix; nil where they keep their places.
    private let numbers: [UInt32]?
    private let context: ComputeContext

    /// - Parameter places: the place of each of `count` vertices in the matrix; nil where that is its number.
    init(rows: RankMatrix, count: Int, places: [UInt32]?, context: ComputeContext) {
        self.rows = rows
        self.count = count
        self.context = context
        numbers = places.map { places in
            var numbers = [UInt32](repeating: 0, count: count)
            for (number, place) in places.enumerated() { numbers[Int(place)] = UInt32(number) }
            return numbers
        }
    }

    /// Enters the lengths up to `threshold`. Returns how many there are.
    ///
    /// - Parameter triangle: the distances; may be those in the square itself, where vertices keep their places.
    func fill<Length: SortableLength>(
        _ triangle: LowerTriangle<Length>, threshold: Double
    ) throws(HomologyError) -> Int {
        let bound: Length = Self.bound(threshold)
        if let numbers {
            // Each edge goes into the row of its end with the larger place.
            try context.forEachChunk(of: count, size: 16) { _, places in
                numbers.withUnsafeBufferPointer { numbers in
                    for place in places { scatter(place, triangle.row(place), numbers, within: bound) }
                }
            }
        }
        let edgeCount = Atomic<Int>(0)
        let (kernels, tiles) = (KernelTable(), (count + Self.side - 1) / Self.side)
        try context.forEachChunk(of: tiles, size: max(1, 1024 / count)) { _, range in
            var found = 0
            for index in range {
                // The longest rows first, so that all workers end together.
                let row = tiles - 1 - index
                for column in 0...row { found &+= complete(row, column, triangle, within: bound, kernels) }
            }
            edgeCount.add(found, ordering: .relaxed)
        }
        return edgeCount.load(ordering: .relaxed)
    }

    /// The longest edge that is one.
    static func bound<Length: SortableLength>(_ threshold: Double) -> Length {
        min(Length(threshold), .greatestFiniteMagnitude)
    }

    /// Vertices in a tile of the square: a word of a row.
    static var side: Int { 64 }

    /// Completes a tile of the lower triangle and the one across. Returns how many edges it has.
    @inline(__always)
    func complete<Length: SortableLength>(
        _ tileRow: Int, _ tileColumn: Int, _ triangle: LowerTriangle<Length>, within bound: Length,
        _ kernels: KernelTable
    ) -> Int {
        let isScattered = numbers != nil
        if !isScattered { convert(tileRow, tileColumn, triangle, within: bound, kernels) }
        return Int(
            kernels.functions.mirror(
                rows.base, rows.words, UInt32(count), UInt32(tileRow), UInt32(tileColumn), isScattered ? 1 : 0
            ))
    }

    /// Fills what the tile has of the lower triangle; on the diagonal also the rest, and what follows the rows.
    @inline(__always)
    private func convert<Length: SortableLength>(
        _ tileRow: Int, _ tileColumn: Int, _ triangle: LowerTriangle<Length>, within bound: Length,
        _ kernels: KernelTable
    ) {
        let first = tileColumn &* Self.side
        for v in tileRow &* Self.side..<min((tileRow &+ 1) &* Self.side, count) {
            let row = rows.base + v &* rows.stride
            Length.keys(
                of: triangle.row(v) + first, count: min(Self.side, v &- first), within: bound,
                into: row + first, kernels)
            if tileRow == tileColumn { pad(v, from: v) }
        }
    }

    /// Clears the rest of the last tile that row `v` has of the lower triangle, and what is behind its vertices.
    private func pad(_ v: Int, from start: Int) {
        let row = rows.base + v * rows.stride
        let words = Int(rows.words)
        let end = min((start / Self.side + 1) * Self.side, Self.side * words)
        (row + start).update(repeating: none, count: end - start)
        if count < Self.side * words {
            (row + count).update(repeating: none, count: Self.side * words - count)
        }
        // The minima of words are written with their tiles.
        (row + (Self.side + 1) * words).update(repeating: none, count: rows.stride - (Self.side + 1) * words)
    }

    @inline(__always)
    private func scatter<Length: SortableLength>(
        _ place: Int, _ lengths: UnsafePointer<Length>, _ numbers: UnsafeBufferPointer<UInt32>,
        within bound: Length
    ) {
        let row = rows.base + Int(numbers[place]) * rows.stride
        row.update(repeating: none, count: rows.stride)
        for other in 0..<place {
            let length = lengths[other]
            row[Int(numbers[other])] = length <= bound ? unranked | length.sortKey : none
        }
    }
}
