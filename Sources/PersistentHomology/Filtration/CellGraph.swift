import Hardware

/// The vertices of a sparse graph, or cells of them, with the edges by which some neighbours of each are to be
/// reached: all in the beginning, of cells a few of the lowest rank.
///
/// Sendable: written while it is built, only read afterwards.
struct CellGraph: @unchecked Sendable {
    let count: Int
    /// The list of v is at `starts[v] ..< starts[v + 1]`.
    private let starts: UnsafeMutablePointer<Int>
    let neighbours: UnsafeMutablePointer<UInt32>
    let ranks: UnsafeMutablePointer<UInt32>
    /// Whose memory that is.
    private let owners: [any Sendable]

    init(_ lists: AdjacencyLists) {
        count = lists.vertexCount
        (starts, neighbours, ranks) = (lists.starts, lists.neighbours, lists.ranks)
        owners = [lists]
    }

    init(starts: Storage<Int>, neighbours: Storage<UInt32>, ranks: Storage<UInt32>) {
        count = starts.count - 1
        (self.starts, self.neighbours, self.ranks) = (starts.base, neighbours.base, ranks.base)
        owners = [starts, neighbours, ranks]
    }

    var isEmpty: Bool { arcCount == 0 }

    /// Neighbours of all vertices.
    var arcCount: Int { starts[count] }

    @inline(__always)
    func range(of v: Int) -> Range<Int> {
        Range(uncheckedBounds: (starts[v], starts[v &+ 1]))
    }
}
