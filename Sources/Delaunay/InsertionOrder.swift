/// The rounds in which points are inserted: a biased randomised order (Amenta, Choi, Rote, Incremental
/// Constructions con BRIO, 2003). Each point draws its round by a fixed hash of its place on the
/// curve; a round has about eight times the points of the one before, inserted along the curve.
struct InsertionOrder {
    let count: Int
    /// Rounds are numbered downwards, the last being 0.
    let firstRound: Int

    init(count: Int) {
        self.count = count
        var round = 0
        while count >> (3 * round) > 256, round < 8 { round += 1 }
        firstRound = round
    }

    @inline(__always)
    func round(of place: Int) -> Int {
        // The finaliser of MurmurHash3.
        var h = UInt32(truncatingIfNeeded: place)
        h = (h ^ h >> 16) &* 0x85eb_ca6b
        h = (h ^ h >> 13) &* 0xc2b2_ae35
        h ^= h >> 16
        return min(h.leadingZeroBitCount / 3, firstRound)
    }
}
