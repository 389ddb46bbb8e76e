import Hardware

/// Which reduced column has which pivot: an open-addressing table of pointers, filled by
/// compare-and-swap without locks (after Morozov and Nigmetov, "Towards lockfree persistent homology",
/// 2020, section 3).
///
/// Sendable: the columns that are claimed are immutable.
final class PivotTable<Entry: ColumnEntry>: @unchecked Sendable {
    typealias Column = UnsafeMutablePointer<ReducedColumn<Entry>>

    private let slots: AtomicSlots<Entry>
    private let mask: Int

    /// - Parameter capacity: the most pivots that will ever be held.
    init(capacity: Int, memory: MemoryAccount) throws(HomologyError) {
        slots = try AtomicSlots(capacity: max(capacity, 8), memory: memory)
        mask = slots.mask
    }

    /// A place where one worker stores its columns; what is stored lives as long as the table.
    func makeArena() -> ColumnArena<Entry> { slots.makeArena() }

    /// The column whose pivot is `key`, if there is one.
    @inline(__always)
    func column(withPivot key: Entry.Key) -> Column? {
        var slot = hash(of: key) & mask
        while true {
            let word = slots[slot]
            guard let column = Column(bitPattern: word) else { return nil }
            if column.pointee.pivot.key == key { return column }
            slot = (slot &+ 1) & mask
        }
    }

    /// Enters `column` under its pivot if `expected` is what stands there now (nil: nothing).
    /// Returns false when another worker was faster; then look again.
    func claim(_ column: Column, replacing expected: Column?) -> Bool {
        let key = column.pointee.pivot.key
        var slot = hash(of: key) & mask
        while true {
            let word = slots[slot]
            guard let present = Column(bitPattern: word) else {
                if expected != nil { return false }
                let (isDone, original) = slots.exchange(0, for: UInt(bitPattern: column), at: slot)
                if isDone { return true }
                // Someone took this slot: for our pivot, or for another one.
                if let other = Column(bitPattern: original), other.pointee.pivot.key == key { return false }
                slot = (slot &+ 1) & mask
                continue
            }
            if present.pointee.pivot.key == key {
                guard present == expected else { return false }
                return slots.exchange(word, for: UInt(bitPattern: column), at: slot).done
            }
            slot = (slot &+ 1) & mask
        }
    }

    /// Visits every column. Only when no worker is claiming any more.
    func forEach(_ body: (borrowing ReducedColumn<Entry>) -> Void) {
        for slot in 0..<slotCount {
            if let column = column(inSlot: slot) { body(column.pointee) }
        }
    }

    var slotCount: Int { mask + 1 }

    /// What stands in a slot; only when no worker is claiming any more.
    @inline(__always)
    func column(inSlot slot: Int) -> Column? { Column(bitPattern: slots[slot]) }
}
