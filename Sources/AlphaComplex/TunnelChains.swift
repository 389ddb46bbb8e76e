import Delaunay
import Hardware

/// Boundaries of triangles over critical edges, as one thread finds them.
///
/// An edge that is not critical is replaced by its detour, two shorter edges that are there no later, until
/// none is left.
///
/// Unchecked: one worker at a time writes it, and the team's `run` orders that with what comes after.
final class TunnelChains: @unchecked Sendable {
    /// The chains end to end, each from its last edge backwards, which has the coefficient 1.
    private var terms: FlatList<Term>
    private var path: FlatList<SIMD2<Int32>>

    init(_ account: MemoryAccount) throws(DelaunayError) {
        let terms = try FlatList<Term>(account: account)
        let path = try FlatList<SIMD2<Int32>>(account: account)
        self.terms = terms
        self.path = path
    }

    /// All terms, once no more are found.
    var base: UnsafePointer<Term> { UnsafePointer(terms.base) }

    /// Finds the boundaries of the triangles in `range`.
    ///
    /// - Parameters:
    ///   - places: by triangle, where its chain is to be noted, or negative to leave it out.
    ///   - notes: by that place, where the chain is.
    func find(
        _ triangles: Parts<Graded>, in range: Range<Int>, places: UnsafePointer<Int32>,
        notes: UnsafeMutablePointer<ChainNote>, leader: ChainLeader, worker: Int
    ) throws(DelaunayError) {
        try Self.find(
            triangles, in: range, places: places, notes: notes, leader: leader, worker: worker, &terms, &path)
    }

    private static func find(
        _ triangles: Parts<Graded>, in range: Range<Int>, places: UnsafePointer<Int32>,
        notes: UnsafeMutablePointer<ChainNote>, leader: ChainLeader, worker: Int,
        _ terms: inout FlatList<Term>, _ path: inout FlatList<SIMD2<Int32>>
    ) throws(DelaunayError) {
        try triangles.forEach(in: range) { index, triangle throws(DelaunayError) in
            if index & 1023 == 0, let reason = leader.pass.stop.reason { throw .stopped(reason) }
            let place = Int(places[index])
            if place < 0 { return }
            let (a, b, c) = leader.pass.triangle(triangle.code)
            let from = terms.count
            try leader.lead(a, b, &terms, &path)
            try leader.lead(b, c, &terms, &path)
            try leader.lead(c, a, &terms, &path)
            let length = leader.collect(terms.base + from, terms.count - from)
            terms.removeLast(terms.count - from - length)
            notes[place] = ChainNote(worker: worker, start: from, count: length)
        }
    }
}

/// Where the chain of a triangle is.
struct ChainNote: BitwiseCopyable {
    /// Which thread found it, above where it begins.
    private let origin: UInt64
    let count: Int

    static let none = ChainNote(worker: 0, start: 0, count: 0)

    init(worker: Int, start: Int, count: Int) {
        origin = UInt64(worker) << 48 | UInt64(start)
        self.count = count
    }

    var worker: Int { Int(origin >> 48) }
    var start: Int { Int(origin & 0xffff_ffff_ffff) }
}

/// Leads edges over critical edges.
struct ChainLeader: Sendable {
    let pass: SpacePass
    let table: EdgeTable.Lookup
    let field: PrimeField

    /// Adds the way from `a` to `b` over critical edges that are not in the spanning tree.
    @inline(__always)
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
