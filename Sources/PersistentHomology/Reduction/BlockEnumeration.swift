/// Lists the columns of open blocks that are not barren; scratch of one worker.
///
/// Sendable for that reason.
final class BlockEnumeration<Scanner: RankScanner, Key: SimplexKey>: @unchecked Sendable {
    private let lune: LuneGraph
    private let scanner: Scanner
    private let dimension: Int
    private var columns: ColumnEnumeration<Scanner, Key>

    init(lune: LuneGraph, scanner: Scanner, dimension: Int, codec: SimplexCodec<Key>) {
        self.lune = lune
        self.scanner = scanner
        self.dimension = dimension
        columns = ColumnEnumeration(lune: lune, scanner: scanner, dimension: dimension, codec: codec)
    }

    /// Appends the keys of the open block of `rank`, whose pivot vertex is `pivot`, in decreasing order.
    /// Returns false, with nothing appended, when the block is barren.
    func list(
        _ rank: UInt32, pivot: UInt32, into keys: inout GrowingList<Key>
    ) throws(HomologyError) -> Bool {
        try scanner.lune(of: rank, into: lune)
        var collapse = LuneCollapse(lune, scanner: scanner, degree: dimension - 2)
        if collapse.leavesNoHomology(pivot: pivot) { return false }
        try columns.list(pivot: pivot, into: &keys)
        return true
    }
}
