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
    /// - Parameter lengths: the lower triangle of the distances.
    func fill<Length: SortableLength>(_ lengths: [Length], threshold: Double) throws(HomologyError) -> Int {
        let bound = min(Length(threshold), .greatestFiniteMagnitude)
        if let numbers {
            // Each edge goes into the row of its end with the larger place.
            try context.forEachChunk(of: count, size: 16) { _, places in
                lengths.withUnsafeBufferPointer { lengths in
                    numbers.withUnsafeBufferPointer { numbers in
                        for place in places { scatter(place, lengths, numbers, within: bound) }
                    }
                }
            }
        }
        let edgeCount = Atomic<Int>(0)
        let (kernels, tiles) = (KernelTable(), (count + Self.side - 1) / Self.side)
        let isScattered = numbers != nil
        try context.forEachChunk(of: tiles, size: max(1, 1024 / count)) { _, range in
            var found = 0
            lengths.withUnsafeBufferPointer { lengths in
                for index in range {
                    // The longest rows first, so that all workers end together.
                    let row = tiles - 1 - index
                    for column in 0...row {
                        if !isScattered { convert(row, column, lengths, within: bound, kernels) }
                        found &+= Int(
                            kernels.functions.mirror(
                                rows.base, rows.words, UInt32(count), UInt32(row), UInt32(column),
                                isScattered ? 1 : 0))
                    }
                }
            }
            edgeCount.add(found, ordering: .relaxed)
        }
        return edgeCount.load(ordering: .relaxed)
    }

    /// Vertices in a tile of the square: a word of a row.
    private static var side: Int { 64 }

    /// Fills what the tile has of the lower triangle; on the diagonal also the rest, and what follows the rows.
    @inline(__always)
    private func convert<Length: SortableLength>(
        _ tileRow: Int, _ tileColumn: Int, _ lengths: UnsafeBufferPointer<Length>, within bound: Length,
        _ kernels: KernelTable
    ) {
        guard let lengths = lengths.baseAddress else { return pad(0, from: 0) }
        let first = tileColumn &* Self.side
        for v in tileRow &* Self.side..<min((tileRow &+ 1) &* Self.side, count) {
            let row = rows.base + v &* rows.stride
            Length.keys(
                of: lengths + (v &* (v &- 1) / 2 &+ first), count: min(Self.side, v &- first), within: bound,
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
        _ place: Int, _ lengths: UnsafeBufferPointer<Length>, _ numbers: UnsafeBufferPointer<UInt32>,
        within bound: Length
    ) {
        let row = rows.base + Int(numbers[place]) * rows.stride
        row.update(repeating: none, count: rows.stride)
        let first = place * (place - 1) / 2
        for other in 0..<place {
            let length = lengths[first &+ other]
            row[Int(numbers[other])] = length <= bound ? unranked | length.sortKey : none
        }
    }
}
