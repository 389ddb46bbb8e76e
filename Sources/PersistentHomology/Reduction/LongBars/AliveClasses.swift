import Hardware

/// The classes that live at a rank, `horizon`, and whose end is not known for sure, each by a cochain
/// whose coboundary has nothing below the horizon; numbered from the eldest.
///
/// Answers what the cochains are on a simplex below the horizon: one look into a table.
struct AliveClasses<Entry: ColumnEntry>: Sendable {
    let horizon: UInt32
    /// By birth.
    let births: [Entry.Key]
    /// By simplex; equal ones next to each other.
    private let values: Storage<Value>
    private let end: Int
    /// 1 + the place of the first value of a simplex, 0 where there is none.
    private let slots: Storage<UInt32>
    private let mask: Int

    struct Value: BitwiseCopyable {
        let simplex: Entry.Key
        let number: UInt32
        let coefficient: UInt32
    }

    /// - Parameter rank: of a simplex in the dimension of the classes.
    init(
        _ columns: [PivotTable<Entry>.Column], horizon: UInt32, memory: MemoryAccount,
        rank: (Entry.Key) -> UInt32
    ) throws(HomologyError) {
        self.horizon = horizon
        let columns = columns.sorted { $0.pointee.column < $1.pointee.column }
        births = columns.map(\.pointee.column)
        var count = 0
        for column in columns { count += 1 + column.pointee.termCount }
        let values = try Storage<Value>(count: count, memory: memory)
        var next = 0
        for (number, column) in columns.enumerated() {
            func add(_ key: Entry.Key, _ coefficient: UInt32) {
                guard rank(key) < horizon else { return }
                values[next] = Value(simplex: key, number: UInt32(number), coefficient: coefficient)
                next += 1
            }
            add(column.pointee.column, 1)
            for index in 0..<column.pointee.termCount {
                add(column.pointee.terms[index].key, column.pointee.terms[index].coefficient)
            }
        }
        var filled = UnsafeMutableBufferPointer(start: values.base, count: next)
        filled.sort { $0.simplex < $1.simplex }
        var size = 16
        while size < 2 * next { size *= 2 }
        let slots = try Storage<UInt32>(repeating: 0, count: size, memory: memory)
        let mask = size - 1
        for place in 0..<next where place == 0 || values[place - 1].simplex != values[place].simplex {
            var slot = hash(of: values[place].simplex) & mask
            while slots[slot] != 0 { slot = (slot &+ 1) & mask }
            slots[slot] = UInt32(place + 1)
        }
        (self.values, self.slots, self.mask, end) = (values, slots, mask, next)
    }

    /// The values of the cochains on `simplex`, those that are not zero.
    @inline(__always)
    func forEachValue(on simplex: Entry.Key, _ body: (Value) -> Void) {
        var slot = hash(of: simplex) & mask
        while true {
            let place = Int(slots.base[slot])
            if place == 0 { return }
            if values.base[place - 1].simplex == simplex {
                var index = place - 1
                while index < end, values.base[index].simplex == simplex {
                    body(values.base[index])
                    index += 1
                }
                return
            }
            slot = (slot &+ 1) & mask
        }
    }
}
