import Delaunay
import Hardware

/// Reduces boundary columns in their order, each by earlier ones with the same last edge, until its last
/// edge is its own. The class that this edge gives birth to ends with the column.
struct ColumnReduction: ~Copyable {
    /// A column whose first term is that of its own edge, with the coefficient 1: as it was given, or
    /// among `terms`.
    private struct Column: BitwiseCopyable {
        var given: UnsafePointer<Term>?
        var start: Int
        var count: Int32
        /// The place of the triangle.
        var end: Int32
    }

    private let field: PrimeField
    private let stop: StopSignal
    /// By edge, the column that it is the last edge of.
    private let columns: FlatArray<Column>
    /// Reduced columns end to end.
    private var terms: FlatList<Term>
    private var heap: TermHeap

    init(
        columnCount: Int, field: PrimeField, stop: StopSignal, account: MemoryAccount
    ) throws(DelaunayError) {
        let columns = try FlatArray<Column>(capacity: columnCount, account: account)
        let terms = try FlatList<Term>(account: account)
        let heap = try TermHeap(account: account)
        columns.base.update(
            repeating: Column(given: nil, start: 0, count: 0, end: -1), count: columnCount)
        self.columns = columns
        self.terms = terms
        self.heap = heap
        self.field = field
        self.stop = stop
    }

    /// The place of the triangle that ends the class of the edge at `place`, nil where none does.
    func end(of place: Int) -> Int? {
        let end = columns.base[place].end
        return end < 0 ? nil : Int(end)
    }

    /// The column of the edge at `place`, which has one.
    func terms(of place: Int) -> UnsafeBufferPointer<Term> {
        let column = columns.base[place]
        return UnsafeBufferPointer(
            start: column.given ?? UnsafePointer(terms.base + column.start), count: Int(column.count))
    }

    /// Adds a column, whose terms must stay where they are. The first has the coefficient 1.
    mutating func add(_ chain: UnsafeBufferPointer<Term>, of triangle: Int) throws(DelaunayError) {
        guard let start = chain.baseAddress, chain.count > 0 else { return }
        let end = Int32(truncatingIfNeeded: triangle)
        if columns.base[chain[0].place].end < 0 {
            columns.base[chain[0].place] = Column(
                given: start, start: 0, count: Int32(truncatingIfNeeded: chain.count), end: end)
            return
        }
        try heap.fill(chain)
        var steps = 0
        while let pivot = heap.popSum(field) {
            let column = columns.base[pivot.place]
            if column.end < 0 { return try store(pivot, end) }
            let factor = field.modulus &- pivot.coefficient
            let source = column.given ?? UnsafePointer(terms.base + column.start)
            // The column's own first term is what the pivot goes away with.
            for index in 1..<max(1, Int(column.count)) { try heap.push(source[index].times(factor, field)) }
            steps &+= 1
            if steps & 1023 == 0, let reason = stop.reason { throw .stopped(reason) }
        }
    }

    /// Keeps what is left in the heap as a column, made so that its first coefficient is 1.
    private mutating func store(_ pivot: Term, _ end: Int32) throws(DelaunayError) {
        let start = terms.count
        let factor = field.inverse(pivot.coefficient)
        try terms.append(Term(place: pivot.place, coefficient: 1))
        while let term = heap.popSum(field) { try terms.append(term.times(factor, field)) }
        columns.base[pivot.place] = Column(
            given: nil, start: start, count: Int32(truncatingIfNeeded: terms.count - start), end: end)
    }
}

/// A binary heap of terms, the last edge on top.
struct TermHeap: ~Copyable {
    private var items: FlatList<Term>

    init(account: MemoryAccount) throws(DelaunayError) { items = try FlatList(account: account) }

    /// Starts anew with terms that are sorted from the last edge backwards, which is a heap.
    mutating func fill(_ terms: UnsafeBufferPointer<Term>) throws(DelaunayError) {
        items.removeAll()
        guard let base = terms.baseAddress else { return }
        try items.reserve(terms.count)
        items.append(base, count: terms.count)
    }

    /// Takes the last edge with a coefficient other than 0.
    mutating func popSum(_ field: PrimeField) -> Term? {
        while let top = pop() {
            var sum = top.coefficient
            while items.count > 0, items.base[0].place == top.place, let next = pop() {
                sum &+= next.coefficient
            }
            sum = field.reduced(sum)
            if sum != 0 { return Term(place: top.place, coefficient: sum) }
        }
        return nil
    }

    @inline(__always)
    mutating func push(_ term: Term) throws(DelaunayError) {
        try items.append(term)
        let items = items.base
        var hole = self.items.count &- 1
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
        guard let last = items.popLast() else { return nil }
        let count = items.count
        if count == 0 { return last }
        let items = items.base
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
