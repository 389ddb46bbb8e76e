import Hardware

/// Takes the flag complex on a lune apart, vertex by vertex, to see that it has no homology in a degree, and in
/// which order its cycles can be filled; scratch of one worker.
///
/// A vertex may go when its link has no homology one degree below (docs/engine.md, lemma 10). The vertices that
/// one with many neighbours does not see are few: once they are gone the rest is a cone.
final class LuneDismantling<Rows: LuneRows> {
    let lune: LuneGraph
    private let rows: Rows
    let sets: VertexSets
    /// Words of rows that have been looked at so far, in all lunes: about a nanosecond each.
    @exclusivity(unchecked) private(set) var effort = 0
    @exclusivity(unchecked) private var limit = Int.max

    init(lune: LuneGraph, rows: Rows, memory: MemoryAccount) {
        self.lune = lune
        self.rows = rows
        sets = VertexSets(memory: memory)
    }

    /// Begins with the lune as it is filled now. Returns the set of all its vertices.
    func start() throws(HomologyError) -> VertexSet {
        sets.reset(words: lune.words)
        let all = try sets.take()
        all.fill(lune.count)
        return all
    }

    /// From now on `more` words may be looked at; after that nothing more is shown to vanish.
    func allow(_ more: Int) {
        let (sum, isTooLarge) = effort.addingReportingOverflow(more)
        limit = isTooLarge ? .max : sum
    }

    /// Whether all that was allowed has been looked at.
    var isSpent: Bool { effort >= limit }

    @inline(__always)
    func row(_ position: Int) -> UnsafePointer<UInt64> { rows.row(position, of: lune) }

    /// Whether the reduced homology of the flag complex on `set` surely vanishes in `degree`, ≥ −1.
    ///
    /// - Parameter center: a vertex that sees many.
    func vanishes(_ set: VertexSet, degree: Int, center: Int? = nil) throws(HomologyError) -> Bool {
        if degree < 0 { return !set.isEmpty }
        if isSpent { return false }
        if degree == 0 { return try isConnected(set, from: center) }
        let left = try sets.take()
        defer { sets.giveBack(1) }
        left.assign(set)
        return try takeApart(left, degree: degree, center: center) { _ in }
    }

    /// The vertices in an order in which each may go, until a cone is left; nil where `vanishes` does not show
    /// that there is no homology in `degree`, ≥ 1, from the same center.
    func order(of set: VertexSet, degree: Int, center: Int?) throws(HomologyError) -> [Int]? {
        let left = try sets.take()
        defer { sets.giveBack(1) }
        left.assign(set)
        var order: [Int] = []
        let isDone = try takeApart(left, degree: degree, center: center, isCounting: false) {
            order.append($0)
        }
        return isDone ? order : nil
    }

    /// Takes vertices out of `set` whose links have no homology in `degree`, ≥ 0, nor one below, so that the
    /// homology in `degree` stays the same; in order.
    func reduceToCore(_ set: VertexSet, degree: Int) throws(HomologyError) -> [Int] {
        let link = try sets.take()
        defer { sets.giveBack(1) }
        var order: [Int] = []
        var goesOn = true
        while goesOn, !isSpent {
            goesOn = false
            var next = set.first
            while let position = next {
                next = set.next(from: position + 1)
                effort &+= set.words
                link.assign(set, within: row(position))
                guard try vanishes(link, degree: degree - 1), try vanishes(link, degree: degree) else {
                    continue
                }
                set.remove(position)
                order.append(position)
                goesOn = true
            }
        }
        return order
    }

    /// - Parameter isCounting: whether too few vertices for homology (lemma 7) are the end, too.
    private func takeApart(
        _ left: VertexSet, degree: Int, center hint: Int?, isCounting: Bool = true, removed: (Int) -> Void
    ) throws(HomologyError) -> Bool {
        if isCounting, left.count < 2 * degree + 2 { return true }
        let candidates = try sets.take()
        defer { sets.giveBack(1) }
        var known = hint
        while let center = try self.center(
            of: left, startingAt: known, tries: max(Self.usualTries, 2 * degree + 2))
        {
            if center.isApex { return true }
            known = center.position
            candidates.assign(left)
            candidates.subtract(row(center.position))
            candidates.remove(center.position)
            let unseen = candidates.count
            var gone = try remove(candidates, from: left, degree: degree, removed)
            if gone == unseen || isCounting && left.count < 2 * degree + 2 { return true }
            if gone > 0 { continue }
            candidates.assign(left, within: row(center.position))
            gone = try remove(candidates, from: left, degree: degree, removed)
            if gone == 0 { return false }
            if isCounting, left.count < 2 * degree + 2 { return true }
        }
        return true
    }

    /// Removes those of `candidates` from `left` whose link there vanishes one degree below. Returns how many.
    private func remove(
        _ candidates: VertexSet, from left: VertexSet, degree: Int, _ removed: (Int) -> Void
    ) throws(HomologyError) -> Int {
        let link = try sets.take()
        defer { sets.giveBack(1) }
        var count = 0
        var next = candidates.first
        while let position = next {
            next = candidates.next(from: position + 1)
            effort &+= left.words
            link.assign(left, within: row(position))
            guard try vanishes(link, degree: degree - 1) else { continue }
            left.remove(position)
            removed(position)
            count += 1
        }
        return count
    }

    /// Rows cost more than they tell from there on. Where few vertices are left all are tried, so that a cone is
    /// seen to be one.
    private static var usualTries: Int { 6 }

    /// A vertex of `set` that is joined to all others, or else one that sees many; nil in the empty set.
    ///
    /// Whoever a candidate does not see refutes it, and every apex must see the refuter.
    private func center(
        of set: VertexSet, startingAt hint: Int?, tries: Int
    ) throws(HomologyError) -> (position: Int, isApex: Bool)? {
        let candidates = try sets.take()
        defer { sets.giveBack(1) }
        candidates.assign(set)
        var candidate = hint.flatMap { set.contains($0) ? $0 : nil } ?? set.first
        var best: (position: Int, seen: Int)?
        var left = tries
        while let position = candidate, left > 0 {
            left -= 1
            effort &+= set.words
            let row = row(position)
            var (seen, refuter) = (0, -1)
            for word in 0..<set.words {
                let all = set.bits[word]
                seen &+= (all & row[word]).nonzeroBitCount
                var unseen = all & ~row[word]
                if word == position &>> 6 { unseen &= ~(1 &<< UInt64(position & 63)) }
                if refuter < 0, unseen != 0 { refuter = word &* 64 &+ unseen.trailingZeroBitCount }
            }
            if refuter < 0 { return (position, true) }
            if seen > best?.seen ?? -1 { best = (position, seen) }
            candidates.remove(position)
            candidates.formIntersection(self.row(refuter))
            candidate = candidates.first
        }
        return best.map { ($0.position, false) }
    }

    /// Whether `set`, which may be empty, has no second component.
    private func isConnected(_ set: VertexSet, from center: Int?) throws(HomologyError) -> Bool {
        guard let first = center ?? set.first else { return true }
        let left = try sets.take()
        let reached = try sets.take()
        defer { sets.giveBack(2) }
        left.assign(set)
        left.remove(first)
        reached.removeAll()
        reached.insert(first)
        left.move(row(first), to: reached)
        while true {
            var joined = false
            var next = left.first
            while let position = next {
                effort &+= set.words
                let row = row(position)
                if let through = reached.first(within: row) {
                    joined = true
                    left.remove(position)
                    reached.insert(position)
                    left.move(row, to: reached)
                    left.move(self.row(through), to: reached)
                }
                next = left.next(from: position + 1)
            }
            if left.isEmpty { return true }
            if !joined { return false }
        }
    }
}
