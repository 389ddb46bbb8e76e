import Hardware

/// A growing sum of simplices whose terms may repeat until it is asked for them.
///
/// A binary heap by key: `popPivot` gives the term with the smallest key, after terms with the same
/// key have been added up and those that cancel dropped.
struct Chain<Entry: ColumnEntry>: ~Copyable {
    private var heap: GrowingList<Entry>
    private let field: PrimeField

    init(field: PrimeField, memory: MemoryAccount) {
        heap = GrowingList(memory: memory)
        self.field = field
    }

    var isEmpty: Bool { heap.isEmpty }
    mutating func removeAll() { heap.removeAll() }

    @inline(__always)
    mutating func add(_ key: Entry.Key, _ coefficient: UInt32) throws(HomologyError) {
        try heap.append(Entry(key, coefficient))
        siftUp(heap.count &- 1)
    }

    /// The smallest key that any term has, whether or not it cancels.
    var smallestKey: Entry.Key? { heap.isEmpty ? nil : heap[0].key }

    mutating func popPivot() -> Entry? {
        while !heap.isEmpty {
            let key = heap[0].key
            var coefficient = heap[0].coefficient
            removeFirst()
            while !heap.isEmpty, heap[0].key == key {
                if Entry.isBinary {
                    coefficient ^= 1
                } else {
                    coefficient = field.add(coefficient, heap[0].coefficient)
                }
                removeFirst()
            }
            if coefficient != 0 { return Entry(key, coefficient) }
        }
        return nil
    }

    @inline(__always)
    private mutating func siftUp(_ start: Int) {
        let base = heap.base
        let entry = base[start]
        var child = start
        while child > 0 {
            let parent = (child &- 1) &>> 1
            if base[parent].key <= entry.key { break }
            base[child] = base[parent]
            child = parent
        }
        base[child] = entry
    }

    @inline(__always)
    private mutating func removeFirst() {
        let last = heap.removeLast()
        let count = heap.count
        if count == 0 { return }
        // Walk the hole to a leaf along the smaller children, then lift the last entry: fewer
        // comparisons than sifting down, since the last entry belongs near the leaves.
        let base = heap.base
        var hole = 0
        var child = 1
        while child < count {
            if child &+ 1 < count, base[child &+ 1].key < base[child].key { child &+= 1 }
            base[hole] = base[child]
            hole = child
            child = 2 &* hole &+ 1
        }
        base[hole] = last
        siftUp(hole)
    }
}
