import Hardware

/// Lists the simplices of an open block that need a column: those that are in no apparent pair; scratch
/// of one worker.
///
/// Let p be the block's pivot vertex, smallest in its order, and σ the vertices of a simplex besides
/// the longest edge. With N(σ) its common neighbours in the lune:
/// - σ is paired upwards, with σ ∪ u, when u = min N(σ) is smaller than all of σ;
/// - σ is paired downwards, with σ ∖ u for u = min σ, when no vertex smaller than u is in N(σ ∖ u).
/// Every σ that contains p is of the second kind, every σ ⊆ N(p) of the first: what is left meets the
/// vertices that p does not see, and only cliques that do are visited.
struct ColumnEnumeration<Scanner: LuneRows, Key: SimplexKey>: ~Copyable {
    private let lune: LuneGraph
    private let scanner: Scanner
    private let codec: SimplexCodec<Key>
    /// How many vertices a simplex has besides the longest edge.
    private let size: Int
    private var pivot = 0
    /// Positions that the pivot does not see, itself excluded.
    private var unseen: [UInt64] = []
    /// Those and their neighbours: where a clique that meets them can start.
    private var reach: [UInt64] = []
    /// Common neighbours of the vertices chosen so far, a row of words for each depth.
    private var common: [UInt64] = []

    /// - Parameters:
    ///   - lune: filled by `scanner` before each `list`.
    ///   - dimension: of the simplices to list, ≥ 2.
    init(lune: LuneGraph, scanner: Scanner, dimension: Int, codec: SimplexCodec<Key>) {
        self.lune = lune
        self.scanner = scanner
        self.codec = codec
        size = dimension - 1
    }

    /// Appends the keys of the lune's block, whose pivot vertex is `vertex`, to `keys`, in decreasing order.
    mutating func list(pivot vertex: UInt32, into keys: inout GrowingList<Key>) throws(HomologyError) {
        start(pivot: vertex)
        try extend(
            depth: 0, below: lune.count, prefix: Key(truncatingIfNeeded: lune.rank), meetsUnseen: false, &keys
        )
    }

    private mutating func start(pivot vertex: UInt32) {
        pivot = lune.position(of: vertex)
        let words = lune.words
        common.removeAll(keepingCapacity: true)
        common.append(contentsOf: repeatElement(0, count: words * (size + 1)))
        for word in 0..<words { common[word] = ~0 }
        if lune.count & 63 != 0 { common[words - 1] = (1 << UInt64(lune.count & 63)) - 1 }
        unseen.removeAll(keepingCapacity: true)
        let row = scanner.row(pivot, of: lune)
        for word in 0..<words { unseen.append(common[word] & ~row[word]) }
        unseen[pivot >> 6] &= ~(1 << UInt64(pivot & 63))
        reach.removeAll(keepingCapacity: true)
        reach.append(contentsOf: unseen)
        guard size > 1 else { return }
        for word in 0..<words {
            var bits = unseen[word]
            while bits != 0 {
                let row = scanner.row(word << 6 + bits.trailingZeroBitCount, of: lune)
                for word in 0..<words { reach[word] |= row[word] }
                bits &= bits - 1
            }
        }
    }

    private mutating func extend(
        depth: Int, below limit: Int, prefix: Key, meetsUnseen: Bool, _ keys: inout GrowingList<Key>
    ) throws(HomologyError) {
        let words = lune.words
        let row = depth * words
        let next = row + words
        let isLast = depth + 1 == size
        let firstCommon = firstMember(row)
        let pivotIsCommon = contains(row, pivot)
        var word = (limit - 1) >> 6
        var mask: UInt64 = limit & 63 == 0 ? ~0 : (1 << UInt64(limit & 63)) - 1
        while word >= 0 {
            var bits = candidates(word, depth: depth, isLast: isLast, meetsUnseen: meetsUnseen) & mask
            mask = ~0
            while bits != 0 {
                let position = word << 6 + 63 - bits.leadingZeroBitCount
                bits &= ~(1 << UInt64(position & 63))
                if position == pivot { continue }
                let meets = meetsUnseen || unseen[word] >> UInt64(position & 63) & 1 == 1
                let key = prefix << Key(codec.bits) | Key(lune.vertices[position] + 1)
                let adjacent = scanner.row(position, of: lune)
                if isLast {
                    let pairedDown = !pivotIsCommon && firstCommon == position
                    if !pairedDown, !hasSmallerCommon(row, adjacent, than: position) { try keys.append(key) }
                } else {
                    for word in 0..<words { common[next + word] = common[row + word] & adjacent[word] }
                    try extend(depth: depth + 1, below: position, prefix: key, meetsUnseen: meets, &keys)
                }
            }
            word -= 1
        }
    }

    /// Which positions of `word` may come next: in the end the clique must meet the unseen.
    private func candidates(_ word: Int, depth: Int, isLast: Bool, meetsUnseen: Bool) -> UInt64 {
        let all = common[depth * lune.words + word]
        if isLast, !meetsUnseen { return all & unseen[word] }
        return depth == 0 ? all & reach[word] : all
    }

    /// Whether the pivot or a position below `position` is in the common row and in `adjacent`.
    private func hasSmallerCommon(
        _ row: Int, _ adjacent: UnsafePointer<UInt64>, than position: Int
    ) -> Bool {
        if (common[row + pivot >> 6] & adjacent[pivot >> 6]) >> UInt64(pivot & 63) & 1 == 1 { return true }
        for word in 0...position >> 6 {
            let both = common[row + word] & adjacent[word]
            if both != 0 { return word << 6 + both.trailingZeroBitCount < position }
        }
        return false
    }

    private func contains(_ row: Int, _ position: Int) -> Bool {
        common[row + position >> 6] >> UInt64(position & 63) & 1 == 1
    }

    private func firstMember(_ row: Int) -> Int {
        for word in 0..<lune.words where common[row + word] != 0 {
            return word << 6 + common[row + word].trailingZeroBitCount
        }
        return -1
    }
}
