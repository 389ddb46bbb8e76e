import Hardware

/// A set of positions in a lune as a row of bits. Owns nothing; copies name the same set.
struct VertexSet {
    let bits: UnsafeMutablePointer<UInt64>
    /// Words of 64 positions.
    let words: Int

    @inline(__always)
    func contains(_ position: Int) -> Bool { bits[position &>> 6] &>> UInt64(position & 63) & 1 == 1 }

    @inline(__always)
    func insert(_ position: Int) { bits[position &>> 6] |= 1 &<< UInt64(position & 63) }

    @inline(__always)
    func remove(_ position: Int) { bits[position &>> 6] &= ~(1 &<< UInt64(position & 63)) }

    func removeAll() { bits.update(repeating: 0, count: words) }

    func assign(_ other: VertexSet) { bits.update(from: other.bits, count: words) }

    /// Becomes all of the first `count` positions.
    func fill(_ count: Int) {
        bits.update(repeating: ~0, count: words)
        if count & 63 != 0 { bits[words - 1] = (1 << UInt64(count & 63)) - 1 }
    }

    @inline(__always)
    func assign(_ other: VertexSet, within row: UnsafePointer<UInt64>) {
        for word in 0..<words { bits[word] = other.bits[word] & row[word] }
    }

    @inline(__always)
    func subtract(_ row: UnsafePointer<UInt64>) {
        for word in 0..<words { bits[word] &= ~row[word] }
    }

    @inline(__always)
    func formIntersection(_ row: UnsafePointer<UInt64>) {
        for word in 0..<words { bits[word] &= row[word] }
    }

    /// Moves the members that `row` has to `other`.
    @inline(__always)
    func move(_ row: UnsafePointer<UInt64>, to other: VertexSet) {
        for word in 0..<words {
            let moved = bits[word] & row[word]
            bits[word] ^= moved
            other.bits[word] |= moved
        }
    }

    /// The least member of this set that `row` has; nil where there is none.
    @inline(__always)
    func first(within row: UnsafePointer<UInt64>) -> Int? {
        for word in 0..<words {
            let both = bits[word] & row[word]
            if both != 0 { return word &* 64 &+ both.trailingZeroBitCount }
        }
        return nil
    }

    @inline(__always)
    var first: Int? { next(from: 0) }

    var isEmpty: Bool { first == nil }

    /// The least member not below `position`.
    @inline(__always)
    func next(from position: Int) -> Int? {
        var word = position &>> 6
        if word >= words { return nil }
        var rest = bits[word] & (~0 &<< UInt64(position & 63))
        while rest == 0 {
            word &+= 1
            if word == words { return nil }
            rest = bits[word]
        }
        return word &* 64 &+ rest.trailingZeroBitCount
    }

    var count: Int {
        var count = 0
        for word in 0..<words { count &+= bits[word].nonzeroBitCount }
        return count
    }
}

/// Sets that are taken and given back like a stack; scratch of one worker.
final class VertexSets {
    @exclusivity(unchecked) private var rows: [UnsafeMutablePointer<UInt64>] = []
    @exclusivity(unchecked) private var taken = 0
    @exclusivity(unchecked) private var words = 0
    @exclusivity(unchecked) private var capacity = 0
    private let memory: MemoryAccount

    init(memory: MemoryAccount) { self.memory = memory }

    deinit { release() }

    /// Gives all sets back; from now on they have `words` words.
    func reset(words: Int) {
        taken = 0
        self.words = words
        if words > capacity {
            release()
            capacity = max(words, 2 * capacity)
        }
    }

    /// What is in it is not said.
    func take() throws(HomologyError) -> VertexSet {
        if taken == rows.count {
            do { try memory.reserve(capacity * 8) } catch { throw .memory(error) }
            rows.append(.allocate(capacity: capacity))
        }
        taken += 1
        return VertexSet(bits: rows[taken - 1], words: words)
    }

    /// Gives the `count` sets back that were taken last.
    func giveBack(_ count: Int) { taken -= count }

    private func release() {
        for row in rows { row.deallocate() }
        memory.release(rows.count * capacity * 8)
        rows = []
    }
}
