import Hardware

/// The columns of one block that find their pivot in it, by pivot: an open-addressing table that is
/// written by one worker and never changed afterwards.
struct BlockColumns<Entry: ColumnEntry> {
    typealias Column = UnsafeMutablePointer<ReducedColumn<Entry>>

    let rank: UInt32
    let slots: UnsafeMutablePointer<Column?>
    let mask: Int

    @inline(__always)
    func column(withPivot key: Entry.Key) -> Column? {
        var slot = hash(of: key) & mask
        while let column = slots[slot] {
            if column.pointee.pivot.key == key { return column }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    func insert(_ column: Column) {
        var slot = hash(of: column.pointee.pivot.key) & mask
        while slots[slot] != nil { slot = (slot &+ 1) & mask }
        slots[slot] = column
    }
}

/// The barren blocks that have been reduced so far, by rank: filled by compare-and-swap, whoever is
/// first.
///
/// Sendable: what is entered is immutable.
final class BlockTable<Entry: ColumnEntry>: @unchecked Sendable {
    typealias Record = UnsafeMutablePointer<BlockColumns<Entry>>

    private let slots: AtomicSlots<Entry>
    private let mask: Int

    /// - Parameter capacity: the most blocks that will ever be held.
    init(capacity: Int, memory: MemoryAccount) throws(HomologyError) {
        slots = try AtomicSlots(capacity: capacity, memory: memory)
        mask = slots.mask
    }

    /// A place where one worker stores its blocks; what is stored lives as long as the table.
    func makeArena() -> ColumnArena<Entry> { slots.makeArena() }

    @inline(__always)
    func record(of rank: UInt32) -> Record? {
        var slot = hash(of: UInt64(rank)) & mask
        while let record = Record(bitPattern: slots[slot]) {
            if record.pointee.rank == rank { return record }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    /// Enters `record`, unless another worker has entered the same block: returns what stands there.
    func enter(_ record: Record) -> Record {
        var slot = hash(of: UInt64(record.pointee.rank)) & mask
        while true {
            let (isDone, original) = slots.exchange(0, for: UInt(bitPattern: record), at: slot)
            guard !isDone, let present = Record(bitPattern: original) else { return record }
            if present.pointee.rank == record.pointee.rank { return present }
            slot = (slot &+ 1) & mask
        }
    }
}
