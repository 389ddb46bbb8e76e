import Delaunay

/// Leads edges over critical edges.
struct ChainLeader: Sendable {
    let pass: SpacePass
    let table: EdgeTable.Lookup
    let field: PrimeField

    /// Adds the way from `a` to `b` over critical edges that are not in the spanning tree.
    func lead(
        _ a: Int32, _ b: Int32, _ terms: inout FlatList<Term>, _ path: inout FlatList<SIMD2<Int32>>
    ) throws(DelaunayError) {
        path.removeAll()
        var edge = SIMD2(a, b)
        while true {
            let tag = table.tag(edge.x, edge.y) ?? EdgeTable.inTree
            if tag >= 0 {
                try path.append(SIMD2(tag, edge.y))
                edge.y = tag
                continue
            }
            if tag != EdgeTable.inTree {
                // Edges point from their lower to their higher vertex.
                let coefficient = edge.x < edge.y ? 1 : field.modulus &- 1
                try terms.append(Term(place: EdgeTable.place(tag), coefficient: coefficient))
            }
            guard let next = path.popLast() else { return }
            edge = next
        }
    }

    /// Sorts terms from the last edge backwards, adds up those of the same edge, and makes the first
    /// coefficient 1.
    /// - Returns: how many are left.
    func collect(_ terms: UnsafeMutablePointer<Term>, _ count: Int) -> Int {
        if count > 64 {
            var long = UnsafeMutableBufferPointer(start: terms, count: count)
            long.sort(by: >)
        } else {
            for index in stride(from: 1, to: count, by: 1) {
                let term = terms[index]
                var hole = index
                while hole > 0, terms[hole &- 1] < term {
                    terms[hole] = terms[hole &- 1]
                    hole &-= 1
                }
                terms[hole] = term
            }
        }
        var (kept, index) = (0, 0)
        while index < count {
            let place = terms[index].place
            var sum: UInt64 = 0
            while index < count, terms[index].place == place {
                sum &+= terms[index].coefficient
                index &+= 1
            }
            sum = field.reduced(sum)
            if sum == 0 { continue }
            terms[kept] = Term(place: place, coefficient: sum)
            kept &+= 1
        }
        if kept > 0, terms[0].coefficient != 1 {
            let factor = field.inverse(terms[0].coefficient)
            for index in 0..<kept { terms[index] = terms[index].times(factor, field) }
        }
        return kept
    }
}
