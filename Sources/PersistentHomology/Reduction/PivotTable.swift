import Hardware
import Synchronization

/// Which reduced column has which pivot: an open-addressing table of pointers, filled by
/// compare-and-swap without locks (after Morozov and Nigmetov, "Towards lockfree persistent homology",
/// 2020, section 3).
///
/// Sendable: slots are atomic words; the columns they point to are immutable and outlive the table.
final class PivotTable<Entry: ColumnEntry>: @unchecked Sendable {
    typealias Column = UnsafeMutablePointer<ReducedColumn<Entry>>

    private let slots: UnsafeMutablePointer<Atomic<UInt>>
    private let mask: Int
    private let memory: MemoryAccount

    /// - Parameter capacity: the most pivots that will ever be held.
    init(capacity: Int, memory: MemoryAccount) throws(HomologyError) {
        var size = 16
        while size < 2 * capacity { size *= 2 }
        do { try memory.reserve(size * MemoryLayout<UInt>.stride) } catch { throw .memory(error) }
        slots = .allocate(capacity: size)
        for slot in 0..<size { (slots + slot).initialize(to: Atomic(0)) }
        mask = size - 1
        self.memory = memory
    }

    deinit {
        slots.deinitialize(count: mask + 1)
        slots.deallocate()
        memory.release((mask + 1) * MemoryLayout<UInt>.stride)
    }

    @inline(__always)
    private func firstSlot(_ key: Entry.Key) -> Int {
        var hash = UInt64(truncatingIfNeeded: key)
        if Entry.Key.bitWidth > 64 { hash ^= UInt64(truncatingIfNeeded: key >> 64) &* 0x9e37_79b9_7f4a_7c15 }
        hash = (hash ^ (hash &>> 32)) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: hash &>> 20) & mask
    }

    /// The column whose pivot is `key`, if there is one.
    @inline(__always)
    func column(withPivot key: Entry.Key) -> Column? {
        var slot = firstSlot(key)
        while true {
            let word = slots[slot].load(ordering: .acquiring)
            guard let column = Column(bitPattern: word) else { return nil }
            if column.pointee.pivot.key == key { return column }
            slot = (slot &+ 1) & mask
        }
    }

    /// Enters `column` under its pivot if `expected` is what stands there now (nil: nothing).
    /// Returns false when another worker was faster; then look again.
    func claim(_ column: Column, replacing expected: Column?) -> Bool {
        let key = column.pointee.pivot.key
        var slot = firstSlot(key)
        while true {
            let word = slots[slot].load(ordering: .acquiring)
            guard let present = Column(bitPattern: word) else {
                if expected != nil { return false }
                let (exchanged, original) = slots[slot].compareExchange(
                    expected: 0, desired: UInt(bitPattern: column), ordering: .acquiringAndReleasing)
                if exchanged { return true }
                // Someone took this slot: for our pivot, or for another one.
                if let other = Column(bitPattern: original), other.pointee.pivot.key == key { return false }
                slot = (slot &+ 1) & mask
                continue
            }
            if present.pointee.pivot.key == key {
                guard present == expected else { return false }
                return slots[slot].compareExchange(
                    expected: word, desired: UInt(bitPattern: column), ordering: .acquiringAndReleasing
                ).exchanged
            }
            slot = (slot &+ 1) & mask
        }
    }

    /// Visits every column. Only when no worker is claiming any more.
    func forEach(_ body: (borrowing ReducedColumn<Entry>) -> Void) {
        for slot in 0...mask {
            if let column = Column(bitPattern: slots[slot].load(ordering: .relaxed)) { body(column.pointee) }
        }
    }
}
