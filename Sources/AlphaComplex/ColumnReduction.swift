import Delaunay
import Hardware
import Synchronization

/// Columns by their last edges, as many threads reduce them side by side (Morozov, Nigmetov, Towards
/// Lockfree Persistent Homology, 2020).
///
/// An edge belongs to the column that comes first of those which have it as their last one; a later column
/// that had it before is reduced further by whoever put the earlier one in its place. In the end each
/// column is one that it could have become column by column, in their order: the pairs are the same.
///
/// Unchecked: slots are atomic words, and the columns that they point to do not change.
final class ColumnReduction: @unchecked Sendable {
    private let slots: UnsafeMutablePointer<Atomic<UInt>>
    private let count: Int
    private let field: PrimeField
    private let stop: StopSignal
    private let account: MemoryAccount

    private var bytes: Int { count * MemoryLayout<UInt>.stride }

    init(
        edgeCount: Int, field: PrimeField, stop: StopSignal, account: MemoryAccount
    ) throws(DelaunayError) {
        count = edgeCount
        self.field = field
        self.stop = stop
        self.account = account
        do {
            try account.reserve(edgeCount * MemoryLayout<UInt>.stride)
        } catch {
            throw .memory(error)
        }
        slots = .allocate(capacity: max(edgeCount, 1))
        for edge in 0..<edgeCount { (slots + edge).initialize(to: Atomic(0)) }
    }

    deinit {
        slots.deinitialize(count: count)
        slots.deallocate()
        account.release(bytes)
    }

    /// The column whose last edge is the one at `place`, if there is one.
    @inline(__always)
    func column(of place: Int) -> Column? { Column(bits: slots[place].load(ordering: .acquiring)) }

    /// Reduces `column` until its last edge is its own, and in turn what it takes that edge from.
    func add(_ column: Column, by worker: TunnelWorker) throws(DelaunayError) {
        var next: Column? = column
        while let column = next {
            switch claim(column) {
            case .own: return
            case .replaced(let later): next = later
            case .taken: next = try reduceFurther(column, &worker.heap, &worker.terms, &worker.arena)
            }
        }
    }

    private enum Claim {
        case own
        case replaced(Column)
        /// By an earlier column.
        case taken
    }

    @inline(__always)
    private func claim(_ column: Column) -> Claim {
        let pivot = column.pivot
        var seen = slots[pivot].load(ordering: .acquiring)
        while true {
            let other = Column(bits: seen)
            if let other, other.triangle < column.triangle { return .taken }
            let (isDone, now) = slots[pivot].compareExchange(
                expected: seen, desired: column.bits, ordering: .acquiringAndReleasing)
            if isDone { return other.map { .replaced($0) } ?? .own }
            seen = now
        }
    }

    /// Adds earlier columns until none of them has the last edge.
    /// - Returns: what is then left, nil where that is nothing.
    private func reduceFurther(
        _ column: Column, _ heap: inout TermHeap, _ terms: inout FlatList<Term>, _ arena: inout ColumnArena
    ) throws(DelaunayError) -> Column? {
        let triangle = column.triangle
        try heap.fill(column.terms)
        var steps = 0
        while let pivot = heap.popSum(field) {
            guard let earlier = self.column(of: pivot.place), earlier.triangle < triangle else {
                terms.removeAll()
                let factor = field.inverse(pivot.coefficient)
                try terms.append(Term(place: pivot.place, coefficient: 1))
                while let term = heap.popSum(field) { try terms.append(term.times(factor, field)) }
                return try arena.keep(terms.elements, of: triangle)
            }
            let factor = field.modulus &- pivot.coefficient
            // The column's own first term is what the pivot goes away with.
            let added = earlier.terms
            for index in 1..<max(1, added.count) { try heap.push(added[index].times(factor, field)) }
            steps &+= 1
            if steps & 1023 == 0, let reason = stop.reason { throw .stopped(reason) }
        }
        return nil
    }
}
