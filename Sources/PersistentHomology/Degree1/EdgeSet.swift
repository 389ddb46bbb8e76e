import Hardware

/// A sum of edges over Z/2, a bit for each rank: to add one is to turn its bit.
///
/// Two levels above tell which words are not zero, a bit for each, so that the highest rank is found in a few
/// steps however far down it is.
struct EdgeSet<Entry: ColumnEntry>: EdgeChain, ~Copyable where Entry.Key == UInt64 {
    private var storage: Storage<UInt64>?
    // By words of ranks, of those words, and of these.
    private var low: UnsafeMutablePointer<UInt64>
    private var middle: UnsafeMutablePointer<UInt64>
    private var top: UnsafeMutablePointer<UInt64>
    /// Ranks below this have a bit.
    private var capacity = 0
    /// The words at the top from here on are zero.
    private var end = 0
    private let memory: MemoryAccount

    init(field: PrimeField, memory: MemoryAccount) {
        // Nothing is read or written before there is room.
        low = UnsafeMutablePointer(bitPattern: MemoryLayout<UInt64>.alignment).unsafelyUnwrapped
        (middle, top) = (low, low)
        self.memory = memory
    }

    mutating func restart(from floor: UInt64) throws(HomologyError) {
        while popRank() != nil {}
        let count = Int(EdgeKey.rank(floor)) + 1
        if count > capacity { try grow(to: max(count + count / 4, 1 << 14)) }
        end = count >> 18 + 1
    }

    @inline(__always)
    mutating func add(_ key: UInt64, _: UInt32) { turn(Int(EdgeKey.rank(key))) }

    @inline(__always)
    mutating func popPivot() -> Entry? {
        popRank().map { Entry(EdgeKey.key(UInt32(truncatingIfNeeded: $0)), 1) }
    }

    /// Makes room for ranks below `count`; the set is empty.
    private mutating func grow(to count: Int) throws(HomologyError) {
        // Each worker has two of these: not beside those before.
        (capacity, storage) = (0, nil)
        let sizes = (count >> 6 + 1, count >> 12 + 1, count >> 18 + 1)
        let room = try Storage<UInt64>(repeating: 0, count: sizes.0 + sizes.1 + sizes.2, memory: memory)
        (low, middle, top) = (room.base, room.base + sizes.0, room.base + sizes.0 + sizes.1)
        storage = room
        capacity = count
    }

    @inline(__always)
    private mutating func turn(_ rank: Int) {
        if !Self.turn(rank, in: low) { return }
        if !Self.turn(rank &>> 6, in: middle) { return }
        _ = Self.turn(rank &>> 12, in: top)
    }

    /// Returns whether the word became zero or was.
    @inline(__always)
    private static func turn(_ index: Int, in words: UnsafeMutablePointer<UInt64>) -> Bool {
        let before = words[index &>> 6]
        let after = before ^ 1 &<< UInt64(index & 63)
        words[index &>> 6] = after
        return before == 0 || after == 0
    }

    /// Takes the highest rank out.
    @inline(__always)
    private mutating func popRank() -> Int? {
        while end > 0 {
            let bits = top[end &- 1]
            if bits != 0 {
                let word = Self.highest(bits, end &- 1)
                let lower = Self.highest(middle[word], word)
                let rank = Self.highest(low[lower], lower)
                turn(rank)
                return rank
            }
            end &-= 1
        }
        return nil
    }

    /// The number of the highest bit of word number `word`.
    @inline(__always)
    private static func highest(_ bits: UInt64, _ word: Int) -> Int {
        word &<< 6 &+ 63 &- bits.leadingZeroBitCount
    }
}
