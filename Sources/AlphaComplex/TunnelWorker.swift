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
