import Hardware

/// Adds up terms of the same key: an open-addressing table of a fixed size, emptied whenever it is full. One worker's.
final class CancellingTable<Entry: ColumnEntry> {
    private let keys: Storage<Entry.Key>
    /// 0 where a slot is free, else the coefficient and 1.
    private let sums: Storage<UInt32>
    /// The slots that are not free.
    private let used: Storage<Int32>
    private(set) var count = 0
    private let field: PrimeField

    private static var slots: Int { 1 << 12 }
    private static var capacity: Int { slots / 2 }

    init(field: PrimeField, memory: MemoryAccount) throws(HomologyError) {
        self.field = field
        keys = try Storage(count: Self.slots, memory: memory)
        sums = try Storage(zeros: Self.slots, memory: memory)
        used = try Storage(count: Self.capacity, memory: memory)
    }

    /// Whether no further key finds room.
    var isFull: Bool { count == Self.capacity }

    /// Adds a term, where the table is not full.
    @inline(__always)
    func add(_ entry: Entry) {
        let mask = Self.slots - 1
        var slot = hash(of: entry.key) & mask
        while sums[slot] != 0 {
            if keys[slot] == entry.key {
                let sum = sums[slot] - 1
                sums[slot] = (Entry.isBinary ? sum ^ 1 : field.add(sum, entry.coefficient)) + 1
                return
            }
            slot = (slot &+ 1) & mask
        }
        used[count] = Int32(truncatingIfNeeded: slot)
        count += 1
        keys[slot] = entry.key
        sums[slot] = entry.coefficient + 1
    }

    /// The `index`th sum; nil where its terms have cancelled.
    @inline(__always)
    subscript(index: Int) -> Entry? {
        let slot = Int(used[index])
        return sums[slot] == 1 ? nil : Entry(keys[slot], sums[slot] - 1)
    }

    func removeAll() {
        for index in 0..<count { sums[Int(used[index])] = 0 }
        count = 0
    }
}
