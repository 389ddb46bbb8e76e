import Hardware

/// A sum of simplices that gives up its largest term: a binary heap. Cycles stay small, and are not
/// taken apart in order only, so that a radix heap would not do.
struct KeyHeap<Entry: ColumnEntry>: ~Copyable {
    private var entries: GrowingList<Entry>
    private let field: PrimeField

    init(field: PrimeField, memory: MemoryAccount) {
        entries = GrowingList(memory: memory)
        self.field = field
    }

    mutating func removeAll() { entries.removeAll() }

    mutating func add(_ entry: Entry) throws(HomologyError) {
        try entries.append(entry)
        var place = entries.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            if entries[parent].key >= entry.key { break }
            entries[place] = entries[parent]
            place = parent
        }
        entries[place] = entry
    }

    /// Takes the largest term away, its repetitions added up; nil when nothing is left.
    mutating func popLargest() -> Entry? {
        while !entries.isEmpty {
            let first = removeFirst()
            var coefficient = first.coefficient
            while !entries.isEmpty, entries[0].key == first.key {
                let next = removeFirst()
                coefficient = Entry.isBinary ? coefficient ^ 1 : field.add(coefficient, next.coefficient)
            }
            if coefficient != 0 { return Entry(first.key, coefficient) }
        }
        return nil
    }

    private mutating func removeFirst() -> Entry {
        let first = entries[0]
        let last = entries.removeLast()
        let count = entries.count
        if count == 0 { return first }
        var place = 0
        while true {
            var child = 2 * place + 1
            if child >= count { break }
            if child + 1 < count, entries[child + 1].key > entries[child].key { child += 1 }
            if entries[child].key <= last.key { break }
            entries[place] = entries[child]
            place = child
        }
        entries[place] = last
        return first
    }
}
