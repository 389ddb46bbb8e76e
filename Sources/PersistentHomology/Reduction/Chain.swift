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
    /// Bucket b > 0 holds keys whose highest bit that differs from `floor` is b − 1; terms at `floor` itself are added up.
    private let buckets: TermLists<Entry>
    private static var bucketCount: Int { Entry.Key.bitWidth + 1 }
    /// A bit for each bucket that is not empty.
    private var occupied: Entry.Key = 0
    /// No term has a smaller key.
    private var floor: Entry.Key = 0
    /// The coefficient at `floor`.
    private var first: UInt32 = 0
    private let field: PrimeField
    /// Terms in buckets, and how many there may be before those are looked through for some that cancel.
    private var held = 0
    private var mostHeld = Self.fewTerms
    private let memory: MemoryAccount

    /// Up to here nothing is gained by looking.
    private static var fewTerms: Int { 1 << 18 }

    init(field: PrimeField, memory: MemoryAccount) {
        buckets = TermLists(count: Self.bucketCount + Self.parts, memory: memory)
        self.field = field
        self.memory = memory
    }

    /// Empties the chain; from now on keys are at least `floor`.
    mutating func restart(from floor: Entry.Key) {
        while occupied != 0 {
            buckets.removeAll(of: occupied.trailingZeroBitCount &+ 1)
            occupied &= occupied &- 1
        }
        self.floor = floor
        first = 0
        held = 0
        mostHeld = Self.fewTerms
    }

    /// Adds a term whose key is not below the last one given up.
    @inline(__always)
    mutating func add(_ key: Entry.Key, _ coefficient: UInt32) throws(HomologyError) {
        held &+= 1
        try place(Entry(key, coefficient))
    }

    @inline(__always)
    private mutating func place(_ entry: Entry) throws(HomologyError) {
        let difference = entry.key ^ floor
        if difference == 0 {
            held &-= 1
            first = Entry.isBinary ? first ^ 1 : field.add(first, entry.coefficient)
            return
        }
        let bit = Entry.Key.bitWidth &- 1 &- difference.leadingZeroBitCount
        occupied |= 1 &<< Entry.Key(truncatingIfNeeded: bit)
        try buckets.append(entry, to: bit &+ 1)
    }

    /// Takes the term with the smallest key away; nil when nothing is left.
    ///
    /// - Parameter last: terms with larger keys stay, and smaller ones than those may still be added.
    @inline(__always)
    mutating func popPivot(upTo last: Entry.Key = .max) throws(HomologyError) -> Entry? {
        while true {
            if first != 0 {
                let coefficient = first
                first = 0
                return Entry(floor, coefficient)
            }
            if occupied == 0 { return nil }
            if held > mostHeld { try cancelTerms() }
            if try !spread(occupied.trailingZeroBitCount &+ 1, upTo: last) { return nil }
        }
    }

    /// Moves the terms of `bucket`, the first in use, to lower ones, after raising the floor to the smallest of
    /// them. Returns false, with nothing moved, when that is larger than `last`.
    private mutating func spread(_ bucket: Int, upTo last: Entry.Key) throws(HomologyError) -> Bool {
        var list = buckets[bucket]
        var smallest = buckets.newest(of: list)[0].key
        repeat {
            for entry in buckets.newest(of: list) where entry.key < smallest { smallest = entry.key }
        } while buckets.step(&list)
        if smallest > last { return false }
        occupied &= occupied &- 1
        floor = smallest
        // To lower buckets: nothing is added to this one meanwhile.
        repeat {
            for entry in buckets.newest(of: buckets[bucket]) { try place(entry) }
        } while buckets.dropNewest(of: bucket)
        return true
    }
}

// MARK: terms that cancel

extension Chain {
    /// Into so many parts, by bits, a bucket is divided, so that equal keys come near each other.
    private static var partBits: Int { 6 }
    fileprivate static var parts: Int { 1 << partBits }
    /// Fewer in a bucket are left alone.
    private static var fewInBucket: Int { 1 << 12 }

    /// Where many long columns are added up, most of what waits in the upper buckets cancels when its turn comes; to look
    /// for that before keeps memory within a few times that of what does not.
    private mutating func cancelTerms() throws(HomologyError) {
        let table = try CancellingTable<Entry>(field: field, memory: memory)
        var left = occupied
        while left != 0 {
            let bit = left.trailingZeroBitCount
            left &= left &- 1
            if bit > Self.partBits, buckets.count(of: bit &+ 1) > Self.fewInBucket {
                try cancelTerms(ofBit: bit, table)
            }
        }
        mostHeld = max(3 * held, Self.fewTerms)
    }

    /// - Parameter bit: the highest by which the bucket's keys differ from the floor.
    private mutating func cancelTerms(
        ofBit bit: Int, _ table: CancellingTable<Entry>
    ) throws(HomologyError) {
        let shift = Entry.Key(truncatingIfNeeded: bit - Self.partBits)
        var list = buckets.take(bit &+ 1)
        occupied &= ~(1 &<< Entry.Key(truncatingIfNeeded: bit))
        repeat {
            let terms = buckets.newest(of: list)
            held &-= terms.count
            for entry in terms {
                let part = Int(truncatingIfNeeded: entry.key &>> shift) & (Self.parts - 1)
                try buckets.append(entry, to: Self.bucketCount + part)
            }
        } while buckets.letGoNewest(of: &list)
        for part in 0..<Self.parts {
            var list = buckets.take(Self.bucketCount + part)
            repeat {
                for entry in buckets.newest(of: list) {
                    if table.isFull { try takeBack(table) }
                    table.add(entry)
                }
            } while buckets.letGoNewest(of: &list)
            try takeBack(table)
        }
    }

    private mutating func takeBack(_ table: CancellingTable<Entry>) throws(HomologyError) {
        for index in 0..<table.count {
            if let entry = table[index] { try add(entry.key, entry.coefficient) }
        }
        table.removeAll()
    }
}
