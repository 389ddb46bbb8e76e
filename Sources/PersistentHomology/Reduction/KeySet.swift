import Hardware

/// A set of simplices, built once and then only read: the death simplices of a dimension, whose
/// columns in the next one are known to vanish (clearing).
struct KeySet<Key: SimplexKey>: Sendable {
    /// Zero marks an empty slot: it would be a simplex of dimension ≥ 2 whose longest edge is the
    /// shortest of all.
    private let slots: Storage<Key>
    private let mask: Int

    init(_ keys: [Key], _ context: ComputeContext) throws(HomologyError) {
        var size = 16
        while size < 2 * keys.count { size *= 2 }
        slots = try Storage(repeating: 0, count: size, memory: context.memory)
        mask = size - 1
        for key in keys {
            var slot = hash(of: key) & mask
            while slots[slot] != 0 { slot = (slot &+ 1) & mask }
            slots[slot] = key
        }
    }

    /// The pivots of all columns in `table`, which keeps them in the same slots.
    init<Entry: ColumnEntry>(
        pivotsOf table: PivotTable<Entry>, _ context: ComputeContext
    ) throws(HomologyError) where Entry.Key == Key {
        let slots = try Storage<Key>(count: table.slotCount, memory: context.memory)
        try context.forEachChunk(of: slots.count, size: 1 << 13) { _, range in
            for slot in range { slots.base[slot] = table.column(inSlot: slot)?.pointee.pivot.key ?? 0 }
        }
        self.slots = slots
        mask = slots.count - 1
    }

    @inline(__always)
    func contains(_ key: Key) -> Bool {
        var slot = hash(of: key) & mask
        while slots.base[slot] != 0 {
            if slots.base[slot] == key { return true }
            slot = (slot &+ 1) & mask
        }
        return false
    }
}

/// Spreads the bits of a key over the low bits of the result.
@inline(__always)
func hash<Key: SimplexKey>(of key: Key) -> Int {
    var hash = UInt64(truncatingIfNeeded: key)
    if Key.bitWidth > 64 { hash ^= UInt64(truncatingIfNeeded: key >> 64) &* 0x9e37_79b9_7f4a_7c15 }
    hash = (hash ^ (hash &>> 32)) &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: hash &>> 20)
}
