import Hardware

/// The open blocks in which no class of the degree at hand, or of a higher one, can be born: their
/// simplices all pair among themselves (docs/engine.md, lemma 9), so that they need columns only where
/// another column runs into them.
///
/// Sendable: while it is filled, a word of the set belongs to the worker that has its chunk of ranks.
final class BarrenBlocks: @unchecked Sendable {
    private let bits: Storage<UInt64>
    private let lastRank: Int

    init(edgeCount: Int, memory: MemoryAccount) throws(HomologyError) {
        bits = try Storage(zeros: (edgeCount + 63) / 64, memory: memory)
        lastRank = edgeCount - 1
    }

    /// Whoever inserts side by side must have whole words of 64 ranks, counted from the highest down.
    func insert(_ rank: UInt32) {
        let index = lastRank - Int(rank)
        bits.base[index >> 6] |= 1 << UInt64(index & 63)
    }

    @inline(__always)
    func contains(_ rank: UInt32) -> Bool {
        let index = lastRank &- Int(rank)
        return bits.base[index &>> 6] &>> UInt64(index & 63) & 1 == 1
    }

    var count: Int { (0..<bits.count).reduce(0) { $0 + bits.base[$1].nonzeroBitCount } }
}
