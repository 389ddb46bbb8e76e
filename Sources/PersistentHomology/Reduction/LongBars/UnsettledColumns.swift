/// The finished columns whose pairs could change when the postponed ones are finished, or whose bars live
/// where these have stopped.
struct UnsettledColumns<Key: SimplexKey>: Sendable {
    /// The lowest rank that the coboundary of a postponed column reaches.
    let horizon: UInt32
    /// The highest birth of a postponed column.
    private let youngest: Key
    private let codec: SimplexCodec<Key>
    private let dimension: Int

    init<Entry: ColumnEntry>(
        _ postponed: [PostponedColumn<Entry>], codec: SimplexCodec<Key>, dimension: Int
    ) where Entry.Key == Key {
        self.codec = codec
        self.dimension = dimension
        horizon =
            postponed.map { codec.rank($0.column.pointee.pivot.key, dimension: dimension + 1) }.min() ?? 0
        youngest = postponed.map(\.column.pointee.column).max() ?? 0
    }

    func contains<Entry: ColumnEntry>(_ column: borrowing ReducedColumn<Entry>) -> Bool
    where Entry.Key == Key {
        let key = column.column
        let birth = codec.rank(key, dimension: dimension)
        let death = codec.rank(column.pivot.key, dimension: dimension + 1)
        if death < horizon || birth == death { return false }
        return birth < horizon || key < youngest
    }
}
