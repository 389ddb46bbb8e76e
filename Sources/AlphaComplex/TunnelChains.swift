import Delaunay
import Hardware

/// What one thread works with on tunnels.
///
/// Unchecked: one worker at a time uses it, and the team's `run` orders that with what comes after.
final class TunnelWorker: @unchecked Sendable {
    var arena: ColumnArena
    var terms: FlatList<Term>
    var heap: TermHeap
    private var path: FlatList<SIMD2<Int32>>

    init(_ account: MemoryAccount) throws(DelaunayError) {
        let terms = try FlatList<Term>(account: account)
        let heap = try TermHeap(account: account)
        let path = try FlatList<SIMD2<Int32>>(account: account)
        arena = ColumnArena(account)
        self.terms = terms
        self.heap = heap
        self.path = path
    }

    /// Leads the boundaries of some triangles over critical edges. An edge that is not critical is replaced by
    /// its detour, two shorter edges that are there no later, until none is left.
    ///
    /// - Parameters:
    ///   - places: of the triangles, sorted, in the order in which to look at them; negative for those to
    ///     leave out.
    ///   - columns: by place, what becomes of them.
    func leadBoundaries(
        _ places: UnsafeBufferPointer<Int32>, of triangles: UnsafePointer<Graded>,
        into columns: UnsafeMutablePointer<Column?>, by leader: ChainLeader
    ) throws(DelaunayError) {
        try Self.lead(places, of: triangles, into: columns, by: leader, &arena, &terms, &path)
    }

    private static func lead(
        _ places: UnsafeBufferPointer<Int32>, of triangles: UnsafePointer<Graded>,
        into columns: UnsafeMutablePointer<Column?>, by leader: ChainLeader, _ arena: inout ColumnArena,
        _ terms: inout FlatList<Term>, _ path: inout FlatList<SIMD2<Int32>>
    ) throws(DelaunayError) {
        for index in places.indices {
            if index & 1023 == 0, let reason = leader.pass.stop.reason { throw .stopped(reason) }
            let place = Int(places[index])
            if place < 0 { continue }
            let (a, b, c) = leader.pass.triangle(triangles[place].code)
            terms.removeAll()
            try leader.lead(a, b, &terms, &path)
            try leader.lead(b, c, &terms, &path)
            try leader.lead(c, a, &terms, &path)
            let length = leader.collect(terms.base, terms.count)
            if length == 0 { continue }
            let chain = UnsafeBufferPointer<Term>(start: terms.base, count: length)
            columns[place] = try arena.keep(chain, of: place)
        }
    }
}

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
