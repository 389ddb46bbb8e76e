import Hardware

/// Fills cycles in the flag complex on a lune: finds a chain whose boundary a cycle is; scratch of one worker.
///
/// Mostly one vertex is joined to all of the cycle, which is filled by a cone. Otherwise vertices are taken out of
/// the cycle, in an order in which their links have no homology, by filling the cycle's part in each link
/// (docs/engine.md, lemma 10).
final class LuneFilling<Rows: LuneRows, Entry: ColumnEntry> {
    typealias Key = Entry.Key
    typealias Terms = [Entry]

    private let dismantling: LuneDismantling<Rows>
    private let codec: PositionCodec<Key>
    private let field: PrimeField
    let context: ComputeContext

    init(
        _ dismantling: LuneDismantling<Rows>, codec: PositionCodec<Key>, field: PrimeField,
        context: ComputeContext
    ) {
        self.dismantling = dismantling
        self.codec = codec
        self.field = field
        self.context = context
    }

    /// A chain with the boundary `cycle`, of `degree` ≥ −1 on the vertices of `set`, terms of equal keys not added
    /// up; nil where the dismantling does not show a way. In degree 0 coefficients add up to 0, in degree −1 there
    /// is the empty simplex only.
    ///
    /// - Parameter center: as it was given to `vanishes`.
    func chain(
        filling cycle: Terms, in set: VertexSet, degree: Int, center: Int? = nil
    ) throws(HomologyError) -> Terms? {
        if cycle.isEmpty { return [] }
        if degree < 0 {
            return set.first.map { [Entry(Key($0), cycle[0].coefficient)] }
        }
        if let apex = try apex(over: cycle, in: set, degree: degree) {
            return cone(apex, over: cycle, degree: degree)
        }
        if degree == 0 { return try paths(between: cycle, in: set) }
        guard let order = try dismantling.order(of: set, degree: degree, center: center) else { return nil }
        let left = try dismantling.sets.take()
        defer { dismantling.sets.giveBack(1) }
        left.assign(set)
        var rest = cycle
        var filling: Terms = []
        for position in order {
            guard try take(position, outOf: &rest, in: left, degree: degree, filling: &filling) else {
                continue
            }
            if rest.isEmpty { return filling }
            if let apex = try apex(over: rest, in: left, degree: degree) {
                return filling + cone(apex, over: rest, degree: degree)
            }
        }
        return nil
    }

    /// Takes `position` out of `left`, and out of `cycle` by adding the boundary of a chain, whose negative is
    /// added to `filling`. Returns false where the cycle does not have it.
    ///
    /// For c = v ∗ l + c' and ∂f = l in the link of v, c + ∂(v ∗ f) = c' + f.
    func take(
        _ position: Int, outOf cycle: inout Terms, in left: VertexSet, degree: Int, filling: inout Terms
    ) throws(HomologyError) -> Bool {
        try context.checkStop()
        left.remove(position)
        var link: Terms = []
        var rest: Terms = []
        for term in cycle {
            let (larger, isThere) = codec.find(position, in: term.key, count: degree + 1)
            guard isThere else {
                rest.append(term)
                continue
            }
            let facet = codec.removing(after: larger, in: term.key, count: degree + 1)
            link.append(Entry(facet, field.alternating(term.coefficient, larger)))
        }
        if link.isEmpty { return false }
        if degree == 0 { addUp(&link, field) }
        let neighbours = try dismantling.sets.take()
        defer { dismantling.sets.giveBack(1) }
        neighbours.assign(left, within: dismantling.row(position))
        guard let disc = try chain(filling: link, in: neighbours, degree: degree - 1) else {
            preconditionFailure("a link that vanishes is filled")
        }
        for term in disc {
            rest.append(term)
            let (larger, _) = codec.find(position, in: term.key, count: degree + 1)
            filling.append(
                Entry(
                    codec.inserting(position, after: larger, in: term.key, count: degree + 1),
                    field.negate(field.alternating(term.coefficient, larger))))
        }
        addUp(&rest, field)
        cycle = rest
        return true
    }

    /// A vertex of `set` that is joined to all of the cycle but perhaps itself.
    private func apex(over cycle: Terms, in set: VertexSet, degree: Int) throws(HomologyError) -> Int? {
        let support = try dismantling.sets.take()
        let common = try dismantling.sets.take()
        defer { dismantling.sets.giveBack(2) }
        support.removeAll()
        for term in cycle {
            for place in 0...degree { support.insert(codec.digit(term.key, place)) }
        }
        common.assign(set)
        var next = support.first
        while let position = next {
            let isCommon = common.contains(position)
            common.formIntersection(dismantling.row(position))
            if isCommon { common.insert(position) }
            if common.isEmpty { return nil }
            next = support.next(from: position + 1)
        }
        return common.first
    }

    /// For c = w ∗ l + c' with ∂c = 0, ∂(w ∗ c') = c.
    func cone(_ apex: Int, over cycle: Terms, degree: Int) -> Terms {
        var filling: Terms = []
        for term in cycle {
            let (larger, isThere) = codec.find(apex, in: term.key, count: degree + 1)
            if isThere { continue }
            filling.append(
                Entry(
                    codec.inserting(apex, after: larger, in: term.key, count: degree + 1),
                    field.alternating(term.coefficient, larger)))
        }
        return filling
    }

    /// Fills a cycle of degree 0: paths from one of its vertices to each of the others; nil where there is none.
    private func paths(between cycle: Terms, in set: VertexSet) throws(HomologyError) -> Terms? {
        let start = codec.digit(cycle[0].key, 0)
        var parents = [Int](repeating: -1, count: dismantling.lune.count)
        var queue = [start]
        let left = try dismantling.sets.take()
        let found = try dismantling.sets.take()
        defer { dismantling.sets.giveBack(2) }
        left.assign(set)
        left.remove(start)
        var head = 0
        while head < queue.count, !left.isEmpty {
            let position = queue[head]
            head += 1
            found.removeAll()
            left.move(dismantling.row(position), to: found)
            var next = found.first
            while let neighbour = next {
                parents[neighbour] = position
                queue.append(neighbour)
                next = found.next(from: neighbour + 1)
            }
        }
        var filling: Terms = []
        for term in cycle.dropFirst() {
            var position = codec.digit(term.key, 0)
            while position != start {
                let parent = parents[position]
                if parent < 0 { return nil }
                // ∂[v, u] = u − v for v > u: the step from the parent to the position.
                let (high, low) = (max(position, parent), min(position, parent))
                let key = Key(high) << Key(codec.bits) | Key(low)
                let sign = position == low ? 0 : 1
                filling.append(Entry(key, field.alternating(term.coefficient, sign)))
                position = parent
            }
        }
        return filling
    }
}
