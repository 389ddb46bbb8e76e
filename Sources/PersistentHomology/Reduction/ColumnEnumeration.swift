import Hardware

/// Lists the simplices of an open block that need a column: those that are in no apparent pair.
///
/// Let p be the block's pivot vertex, smallest in its order, and σ the vertices of a simplex besides
/// the longest edge. With N(σ) its common neighbours in the lune:
/// - σ is paired upwards, with σ ∪ u, when u = min N(σ) is smaller than all of σ;
/// - σ is paired downwards, with σ ∖ u for u = min σ, when no vertex smaller than u is in N(σ ∖ u).
/// Every σ that contains p is of the second kind, every σ ⊆ N(p) of the first: what is left meets the
/// vertices that p does not see, and only cliques that do are visited.
struct ColumnEnumeration<Key: SimplexKey>: ~Copyable {
    private let lune: LuneGraph
    private let codec: SimplexCodec<Key>
    private let pivot: Int
    private let pivotVertex: UInt32
    /// Positions that the pivot does not see, itself excluded.
    private var unseen: [UInt64]
    /// Common neighbours of the vertices chosen so far, a row of words for each depth.
    private var common: [UInt64]
    private let rank: UInt32
    private let size: Int

    /// - Parameter dimension: of the simplices to list, ≥ 2.
    init(of rank: UInt32, lune: LuneGraph, pivotVertex: UInt32, dimension: Int, codec: SimplexCodec<Key>) {
        self.lune = lune
        self.codec = codec
        self.rank = rank
        self.pivotVertex = pivotVertex
        size = dimension - 1
        pivot = lune.position(of: pivotVertex)
        let words = lune.words
        unseen = [UInt64](repeating: 0, count: words)
        common = [UInt64](repeating: 0, count: words * (size + 1))
        for position in 0..<lune.count { common[position >> 6] |= 1 << UInt64(position & 63) }
        let row = lune.row(pivot)
        for word in 0..<words { unseen[word] = common[word] & ~row[word] }
        unseen[pivot >> 6] &= ~(1 << UInt64(pivot & 63))
    }

    /// Appends the keys to `keys`, in decreasing order.
    mutating func list(into keys: inout GrowingList<Key>) throws(HomologyError) {
        try extend(depth: 0, below: lune.count, prefix: Key(truncatingIfNeeded: rank), meetsUnseen: false, &keys)
    }

    private mutating func extend(
        depth: Int, below limit: Int, prefix: Key, meetsUnseen: Bool, _ keys: inout GrowingList<Key>
    ) throws(HomologyError) {
        let words = lune.words
        let row = depth * words
        let isLast = depth + 1 == size
        let firstCommon = firstMember(row)
        let pivotIsCommon = contains(row, pivot)
        var position = limit - 1
        while position >= 0 {
            // The next candidate downwards.
            let word = position >> 6
            let bits = common[row + word] & (~0 >> UInt64(63 - position & 63))
            if bits == 0 {
                position = (word << 6) - 1
                continue
            }
            position = (word << 6) + 63 - bits.leadingZeroBitCount
            if position == pivot {
                position -= 1
                continue
            }
            let meets = meetsUnseen || unseen[word] >> UInt64(position & 63) & 1 == 1
            let key = prefix << Key(codec.bits) | Key(truncatingIfNeeded: lune.vertices[position] + 1)
            let next = row + words
            let adjacent = lune.row(position)
            var first = -1
            for word in 0..<words {
                let both = common[row + word] & adjacent[word]
                common[next + word] = both
                if first < 0, both != 0 { first = (word << 6) + both.trailingZeroBitCount }
            }
            if isLast {
                let pairedDown = !pivotIsCommon && firstCommon == position
                let pairedUp = contains(next, pivot) || (first >= 0 && first < position)
                if meets, !pairedUp, !pairedDown { try keys.append(key) }
            } else if meets || seesUnseen(next, below: position) {
                try extend(depth: depth + 1, below: position, prefix: key, meetsUnseen: meets, &keys)
            }
            position -= 1
        }
    }

    private func contains(_ row: Int, _ position: Int) -> Bool {
        common[row + position >> 6] >> UInt64(position & 63) & 1 == 1
    }

    private func firstMember(_ row: Int) -> Int {
        for word in 0..<lune.words where common[row + word] != 0 {
            return (word << 6) + common[row + word].trailingZeroBitCount
        }
        return -1
    }

    private func seesUnseen(_ row: Int, below limit: Int) -> Bool {
        for word in 0..<lune.words {
            var bits = common[row + word] & unseen[word]
            if bits == 0 { continue }
            if word << 6 >= limit { return false }
            if limit - word << 6 < 64 { bits &= (1 << UInt64(limit - word << 6)) - 1 }
            if bits != 0 { return true }
        }
        return false
    }
}
