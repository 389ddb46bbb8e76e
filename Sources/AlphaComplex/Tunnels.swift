import Delaunay
import Hardware
import Vocabulary

/// Degree 1 in space: the boundaries of those critical triangles that do not close a void, reduced.
///
/// A triangle's boundary is led over critical edges: an edge that is not critical is replaced by its
/// detour, two shorter edges that are there no later, until none is left. What then remains is the
/// boundary in the Morse complex, whose barcode is that of the filtration. Edges of the spanning tree
/// end components, so that no class is born with them, and are left out.
struct Tunnels: ~Copyable {
    /// An edge's place above its coefficient, so that the last edge is the greatest number.
    private typealias Term = UInt64

    private let detours: EdgeTable.Lookup
    private let places: EdgeTable.Lookup
    private let modulus: UInt64
    private let inverses: [UInt64]
    private let stop: StopSignal
    /// Columns end to end, without their pivots; where each begins; and by edge the column it ends.
    private var terms: FlatList<Term>
    private var starts: FlatList<Int>
    private let columns: FlatArray<Int32>
    private var heap: FlatList<Term>
    private var path: FlatList<SIMD2<Int32>>

    init(
        detours: EdgeTable.Lookup, places: EdgeTable.Lookup, edgeCount: Int, field: CoefficientField,
        context: ComputeContext
    ) throws(DelaunayError) {
        let terms = try FlatList<Term>(capacity: 4096, account: context.memory)
        var starts = try FlatList<Int>(capacity: 4096, account: context.memory)
        let columns = try FlatArray<Int32>(capacity: edgeCount, account: context.memory)
        let heap = try FlatList<Term>(account: context.memory)
        let path = try FlatList<SIMD2<Int32>>(account: context.memory)
        columns.base.update(repeating: -1, count: max(edgeCount, 1))
        try starts.append(0)
        self.detours = detours
        self.places = places
        modulus = UInt64(field.modulus)
        inverses = Self.inverses(modulo: Int(field.modulus))
        stop = context.stop
        self.terms = terms
        self.starts = starts
        self.columns = columns
        self.heap = heap
        self.path = path
    }

    private static func inverses(modulo p: Int) -> [UInt64] {
        var table = [UInt64](repeating: 1, count: p)
        for a in stride(from: 2, to: p, by: 1) { table[a] = UInt64(p - (p / a) * Int(table[p % a]) % p) }
        return table
    }

    /// Whether the class that the edge at `place` gives birth to has ended.
    func hasEnded(_ place: Int) -> Bool { columns.base[place] >= 0 }

    /// Ends a class by the triangle a, b, c.
    /// - Returns: the place of the edge that gave birth to it.
    mutating func close(_ a: Int32, _ b: Int32, _ c: Int32) throws(DelaunayError) -> Int? {
        heap.removeAll()
        try lead(from: a, to: b)
        try lead(from: b, to: c)
        try lead(from: c, to: a)
        var steps = 0
        while let pivot = popPivot() {
            let place = Int(pivot >> 16)
            let column = Int(columns.base[place])
            if column < 0 {
                columns.base[place] = Int32(truncatingIfNeeded: starts.count &- 1)
                try store(pivot)
                return place
            }
            let factor = modulus &- pivot & 0xffff
            for index in starts.base[column]..<starts.base[column &+ 1] {
                let term = terms.base[index]
                try push(term & ~0xffff | (term & 0xffff) &* factor % modulus)
            }
            steps &+= 1
            if steps & 1023 == 0, let reason = stop.reason { throw .stopped(reason) }
        }
        return nil
    }

    /// Adds the way from `a` to `b` over critical edges.
    private mutating func lead(from a: Int32, to b: Int32) throws(DelaunayError) {
        path.removeAll()
        try path.append(SIMD2(a, b))
        while let edge = path.popLast() {
            if let place = places.tag(edge.x, edge.y) {
                // Edges point from their lower to their higher vertex; those of the tree have no place.
                if place < 0 { continue }
                let coefficient = edge.x < edge.y ? 1 : modulus &- 1
                try push(UInt64(place) << 16 | coefficient)
            } else if let over = detours.tag(edge.x, edge.y) {
                try path.append(SIMD2(edge.x, over))
                try path.append(SIMD2(over, edge.y))
            }
        }
    }

    /// Takes the greatest edge with a coefficient other than 0 out of the heap.
    private mutating func popPivot() -> Term? {
        while let top = pop() {
            var sum = top & 0xffff
            while heap.count > 0, heap.base[0] >> 16 == top >> 16, let next = pop() { sum &+= next & 0xffff }
            sum %= modulus
            if sum != 0 { return top & ~0xffff | sum }
        }
        return nil
    }

    /// Keeps what is left in the heap as a column, made so that its pivot's coefficient is 1.
    private mutating func store(_ pivot: Term) throws(DelaunayError) {
        let factor = inverses[Int(pivot & 0xffff)]
        while let term = popPivot() {
            try terms.append(term & ~0xffff | (term & 0xffff) &* factor % modulus)
        }
        try starts.append(terms.count)
    }

    // MARK: The heap

    @inline(__always)
    private mutating func push(_ term: Term) throws(DelaunayError) {
        try heap.append(term)
        let items = heap.base
        var hole = heap.count &- 1
        while hole > 0 {
            let up = (hole &- 1) >> 1
            if items[up] >= term { break }
            items[hole] = items[up]
            hole = up
        }
        items[hole] = term
    }

    @inline(__always)
    private mutating func pop() -> Term? {
        guard let last = heap.popLast() else { return nil }
        let count = heap.count
        if count == 0 { return last }
        let items = heap.base
        let top = items[0]
        var hole = 0
        while true {
            var down = 2 &* hole &+ 1
            if down >= count { break }
            if down &+ 1 < count, items[down &+ 1] > items[down] { down &+= 1 }
            if items[down] <= last { break }
            items[hole] = items[down]
            hole = down
        }
        items[hole] = last
        return top
    }
}
