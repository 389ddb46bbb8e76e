import Hardware

/// The pairs whose birth lies at or above a horizon, by birth.
struct KnownPartners<Entry: ColumnEntry>: @unchecked Sendable {
    typealias Column = PivotTable<Entry>.Column

    // Sendable: written while it is built, only read afterwards.
    private let slots: Storage<Column?>
    private let mask: Int

    init(_ columns: [Column], memory: MemoryAccount) throws(HomologyError) {
        var size = 16
        while size < 2 * columns.count { size *= 2 }
        slots = try Storage(repeating: nil, count: size, memory: memory)
        mask = size - 1
        for column in columns {
            var slot = hash(of: column.pointee.column) & mask
            while slots[slot] != nil { slot = (slot &+ 1) & mask }
            slots[slot] = column
        }
    }

    /// The reduced column of `birth`.
    @inline(__always)
    func column(of birth: Entry.Key) -> Column? {
        var slot = hash(of: birth) & mask
        while let column = slots.base[slot] {
            if column.pointee.column == birth { return column }
            slot = (slot &+ 1) & mask
        }
        return nil
    }
}
