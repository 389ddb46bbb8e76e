import Delaunay
import Hardware

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
