import Hardware

/// A growing sum of simplices that gives up its terms in order, smallest key first; terms with the
/// same key are added up on the way, and those that cancel never show.
///
/// A radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, "Faster algorithms for the shortest path
/// problem", 1990, section 2): keys only ever move forward, since a reduction never goes back behind
/// its pivot, so a term waits in a bucket named by the highest bit in which its key differs from the
/// last one given up. Each term moves to lower buckets a few times, always in long runs, where a
/// binary heap would miss the cache at every level.
struct Chain<Entry: ColumnEntry>: ~Copyable {
    /// Bucket 0 holds keys equal to `floor`, bucket b > 0 those whose highest differing bit is b − 1.
    private let buckets: InPlaceArray<GrowingList<Entry>>
    private static var bucketCount: Int { Entry.Key.bitWidth + 1 }
    /// A bit for each bucket that is not empty, bucket 0 aside.
    private var occupied: Entry.Key = 0
    /// No term has a smaller key.
    private var floor: Entry.Key = 0
    private let field: PrimeField

    init(field: PrimeField, memory: MemoryAccount) {
        buckets = InPlaceArray(count: Self.bucketCount) { _ in GrowingList(memory: memory) }
        self.field = field
    }

    /// Empties the chain; from now on keys are at least `floor`.
    mutating func restart(from floor: Entry.Key) {
        buckets[0].pointee.removeAll()
        while occupied != 0 {
            buckets[occupied.trailingZeroBitCount &+ 1].pointee.removeAll()
            occupied &= occupied &- 1
        }
        self.floor = floor
    }

    /// Adds a term whose key is not below the last one given up.
    @inline(__always)
    mutating func add(_ key: Entry.Key, _ coefficient: UInt32) throws(HomologyError) {
        try place(Entry(key, coefficient))
    }

    @inline(__always)
    private mutating func place(_ entry: Entry) throws(HomologyError) {
        let difference = entry.key ^ floor
        if difference == 0 { return try buckets[0].pointee.append(entry) }
        let bit = Entry.Key.bitWidth &- 1 &- difference.leadingZeroBitCount
        occupied |= 1 &<< Entry.Key(truncatingIfNeeded: bit)
        try buckets[bit &+ 1].pointee.append(entry)
    }

    /// Takes the term with the smallest key away; nil when nothing is left.
    ///
    /// - Parameter last: terms with larger keys stay, and smaller ones than those may still be added.
    @inline(__always)
    mutating func popPivot(upTo last: Entry.Key = .max) throws(HomologyError) -> Entry? {
        while true {
            if !buckets[0].pointee.isEmpty {
                let coefficient = sumOfFirstBucket()
                if coefficient != 0 { return Entry(floor, coefficient) }
            }
            if occupied == 0 { return nil }
            if try !spread(occupied.trailingZeroBitCount &+ 1, upTo: last) { return nil }
        }
    }

    /// Adds up and removes the terms whose key is `floor`.
    private mutating func sumOfFirstBucket() -> UInt32 {
        let count = buckets[0].pointee.count
        defer { buckets[0].pointee.removeAll() }
        if Entry.isBinary { return UInt32(truncatingIfNeeded: count & 1) }
        var sum: UInt32 = 0
        for index in 0..<count { sum = field.add(sum, buckets[0].pointee[index].coefficient) }
        return sum
    }

    /// Moves the terms of `bucket`, the first in use, to lower ones, after raising the floor to the smallest of
    /// them. Returns false, with nothing moved, when that is larger than `last`.
    private mutating func spread(_ bucket: Int, upTo last: Entry.Key) throws(HomologyError) -> Bool {
        let entries = buckets[bucket].pointee.elements
        var smallest = entries[0].key
        for entry in entries where entry.key < smallest { smallest = entry.key }
        if smallest > last { return false }
        occupied &= occupied &- 1
        floor = smallest
        for entry in entries { try place(entry) }
        buckets[bucket].pointee.removeAll()
        return true
    }
}
