import Synchronization

/// A rank from which on no class of a dimension ends: the block of every edge from there on has no homology in the
/// degree that would end one (docs/engine.md, lemma 12). A column that has nothing left below it is essential, however
/// many edges follow.
///
/// It is sought from the last edge down, block after block, by whichever worker has a column so long that this is
/// less work than to go on with it.
final class LastDeath: Sendable {
    private let bound: Atomic<Int>
    /// Whether a worker is looking, or what there is has been found.
    private let isTaken = Atomic<Bool>(false)

    init(edgeCount: Int) { bound = Atomic(edgeCount) }

    /// Blocks from here on end nothing.
    var end: Int { bound.load(ordering: .relaxed) }

    /// Looks at up to `count` open blocks below `end`, as far as the one of rank `lowest`, unless another worker does.
    ///
    /// - Parameter mayEndClass: whether the open block of a rank may have the homology that ends a class.
    func seek(
        from lowest: Int, atMost count: Int, in blocks: Blocks,
        mayEndClass: (UInt32) throws(HomologyError) -> Bool
    ) throws(HomologyError) {
        if isTaken.exchange(true, ordering: .acquiring) { return }
        var end = end
        var left = count
        let least = max(lowest, end - Self.mostRanks)
        while end > least, left > 0 {
            let rank = UInt32(truncatingIfNeeded: end - 1)
            if blocks.isOpen(rank) {
                // Never given back: this is the last one.
                if try mayEndClass(rank) { return bound.store(end, ordering: .relaxed) }
                left -= 1
            }
            end -= 1
        }
        bound.store(end, ordering: .relaxed)
        isTaken.store(false, ordering: .releasing)
    }

    /// Passed at a time, closed blocks included, so that a stop is seen soon.
    private static let mostRanks = 1 << 20
}
