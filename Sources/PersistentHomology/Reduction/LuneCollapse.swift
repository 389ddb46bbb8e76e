/// Takes a lune of up to 64 vertices apart, vertex by vertex, to see that its flag complex has no homology
/// in some degree.
///
/// A vertex may go when another one is joined to it and to all its neighbours (a strong collapse: Barmak
/// and Minian, "Strong homotopy types, nerves and collapses", 2012, section 2), or when its link is too
/// small to have homology one degree below (docs/engine.md, lemma 8).
struct LuneCollapse<Scanner: RankScanner> {
    static var mostVertices: Int { 64 }

    private let lune: LuneGraph
    private let scanner: Scanner
    private let degree: Int
    /// The vertices that are left, by position.
    private var left: UInt64

    /// - Parameter lune: filled by `scanner`; not empty, and of `mostVertices` at most.
    init(_ lune: LuneGraph, scanner: Scanner, degree: Int) {
        self.lune = lune
        self.scanner = scanner
        self.degree = degree
        left = lune.count < 64 ? (1 << UInt64(lune.count)) - 1 : ~0
    }

    /// Whether the reduced homology in the degree, ≥ 0, surely vanishes.
    ///
    /// - Parameter pivot: a vertex that sees many: those it does not see are tried first, since once they
    ///   are gone the rest is a cone.
    mutating func leavesNoHomology(pivot: UInt32) -> Bool {
        let center = lune.position(of: pivot)
        let star = row(center) | 1 << UInt64(center)
        while true {
            let removedUnseen = remove(from: left & ~star)
            if left & ~star == 0 || left.nonzeroBitCount < 2 * degree + 2 { return true }
            if removedUnseen { continue }
            let removedSeen = remove(from: left & row(center))
            if left.nonzeroBitCount < 2 * degree + 2 { return true }
            if !removedSeen { return false }
        }
    }

    /// Removes what may go of `set`; returns whether anything did.
    private mutating func remove(from set: UInt64) -> Bool {
        let before = left
        var bits = set
        while bits != 0 {
            let position = bits.trailingZeroBitCount
            bits &= bits - 1
            if mayGo(position) { left &= ~(1 << UInt64(position)) }
        }
        return left != before
    }

    private func mayGo(_ position: Int) -> Bool {
        let neighbours = row(position) & left
        if neighbours.nonzeroBitCount < 2 * degree { return true }
        // Who is joined to every neighbour, or is the neighbour itself.
        var common = neighbours
        var bits = neighbours
        while bits != 0, common != 0 {
            let neighbour = bits.trailingZeroBitCount
            bits &= bits - 1
            common &= row(neighbour) | 1 << UInt64(neighbour)
        }
        return common != 0
    }

    private func row(_ position: Int) -> UInt64 { scanner.row(position, of: lune)[0] }
}
