/// Takes a lune apart vertex by vertex, to see that its flag complex has no homology in some degree;
/// scratch of one worker.
///
/// A vertex may go when another one is joined to it and to all its neighbours (a strong collapse: Barmak
/// and Minian, "Strong homotopy types, nerves and collapses", 2012, section 2), or when its link is too
/// small to have homology one degree below (docs/engine.md, lemma 8).
struct LuneCollapse {
    /// The vertices that are left, then the ones that may stand in for the vertex being looked at.
    private var scratch: [UInt64] = []

    /// Whether the reduced homology of the flag complex on `lune` surely vanishes in degree `degree` ≥ 0.
    ///
    /// - Parameter pivot: a vertex that sees many: those it does not see are tried first, since once they
    ///   are gone the rest is a cone.
    mutating func hasNoHomology<Scanner: RankScanner>(
        inDegree degree: Int, of lune: LuneGraph, scanner: Scanner, pivot: UInt32
    ) -> Bool {
        let words = lune.words
        if scratch.count < 2 * words { scratch = [UInt64](repeating: 0, count: 2 * words) }
        return scratch.withUnsafeMutableBufferPointer { buffer in
            guard let left = buffer.baseAddress else { return false }
            left.update(repeating: ~0, count: words)
            if lune.count & 63 != 0 { left[words - 1] = (1 << UInt64(lune.count & 63)) - 1 }
            let collapse = Collapse(
                left: left, common: left + words, degree: degree, lune: lune, scanner: scanner)
            return collapse.isComplete(around: lune.position(of: pivot))
        }
    }

    /// One lune being taken apart.
    private struct Collapse<Scanner: RankScanner> {
        let left: UnsafeMutablePointer<UInt64>
        let common: UnsafeMutablePointer<UInt64>
        let degree: Int
        let lune: LuneGraph
        let scanner: Scanner

        func isComplete(around center: Int) -> Bool {
            let seen = scanner.row(center, of: lune)
            var remaining = lune.count
            while true {
                let unseen = pass(sparing: center) { left[$0] & ~seen[$0] }
                if unseen.kept == 0, !unseen.gaveUp { return true }
                remaining -= unseen.removed
                if remaining < 2 * degree + 2 { return true }
                if unseen.removed > 0, !unseen.gaveUp { continue }
                // Stuck. In a small lune some of the vertices that the pivot sees may go, and free others.
                if unseen.gaveUp || lune.words > 1 { return false }
                let others = pass(sparing: center) { left[$0] & seen[$0] }
                remaining -= others.removed
                if remaining < 2 * degree + 2 { return true }
                if others.removed == 0 { return false }
            }
        }

        /// Tries the vertices of a set once. Gives up where hardly any may go: a large lune that is not
        /// nearly a cone is seldom worth more.
        private func pass(
            sparing center: Int, _ set: (Int) -> UInt64
        ) -> (removed: Int, kept: Int, gaveUp: Bool) {
            var (removed, kept) = (0, 0)
            for word in 0..<lune.words {
                var bits = set(word)
                while bits != 0 {
                    let position = word << 6 + bits.trailingZeroBitCount
                    bits &= bits - 1
                    if position == center { continue }
                    if mayGo(position) {
                        left[word] &= ~(1 << UInt64(position & 63))
                        removed += 1
                    } else {
                        kept += 1
                        if lune.words > 1, kept > 8 + 4 * removed { return (removed, kept, true) }
                    }
                }
            }
            return (removed, kept, false)
        }

        private func mayGo(_ position: Int) -> Bool {
            let words = lune.words
            let row = scanner.row(position, of: lune)
            var neighbours = 0
            for word in 0..<words {
                common[word] = left[word] & row[word]
                neighbours += common[word].nonzeroBitCount
            }
            if neighbours < 2 * degree { return true }
            // Who is joined to every neighbour, or is the neighbour itself.
            for word in 0..<words {
                var bits = left[word] & row[word]
                while bits != 0 {
                    let neighbour = word << 6 + bits.trailingZeroBitCount
                    let itself = bits & (0 &- bits)
                    bits ^= itself
                    let other = scanner.row(neighbour, of: lune)
                    let isCandidate = common[word] & itself
                    var any: UInt64 = 0
                    for index in 0..<words {
                        common[index] &= other[index]
                        any |= common[index]
                    }
                    common[word] |= isCandidate
                    if any | isCandidate == 0 { return false }
                }
            }
            return neighbours > 0
        }
    }
}
