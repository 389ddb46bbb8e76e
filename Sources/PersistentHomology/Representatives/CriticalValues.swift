import Hardware

/// The bars of dimension 1 as they came out of the reduction of cycles, and what their cocycles are on
/// critical edges.
///
/// A cocycle that is 0 on the forest is known by its values λ on critical edges, since every cycle is a
/// sum of these up to boundaries. Up to the death d of a bar born at b it has to vanish on the cycles
/// that have been filled before d. Each reduced cycle Rⱼ has a critical edge bⱼ of its own as its longest,
/// so λ(b) = 1, λ = 0 on other edges that outlive d, and λ(Rⱼ) = 0 give all values one after another. They
/// depend only on which cycles are filled, not on how these were reduced (docs/engine.md, section 7).
///
/// Sendable: written while it is built, only read afterwards.
struct CriticalValues: @unchecked Sendable {
    let count: Int
    /// The critical edges, ascending.
    private let births: Storage<UInt32>
    /// The rank of the edge that ends each, or `none`.
    private let deaths: Storage<UInt32>
    // For each critical edge c the cycles j, by the place of bⱼ, that hold it besides bⱼ; and what λ(c)
    // contributes to λ(bⱼ), as a multiple.
    private let starts: Storage<Int>
    private let cycles: Storage<UInt32>
    private let factors: Storage<UInt16>
    private let field: PrimeField

    init<Graph: RankedGraph, Entry: ColumnEntry>(
        _ critical: CriticalEdges<Graph>, reduced table: PivotTable<Entry>, field: PrimeField,
        memory: MemoryAccount
    ) throws(HomologyError) where Entry.Key == UInt64 {
        self.field = field
        count = critical.count
        let births = try Storage<UInt32>(count: count, memory: memory)
        var next = 0
        critical.forEach { rank in
            births[next] = rank
            next += 1
        }
        let deaths = try Storage<UInt32>(repeating: none, count: count, memory: memory)
        let starts = try Storage<Int>(repeating: 0, count: count + 1, memory: memory)
        func place(_ key: UInt64) -> Int { Self.place(of: EdgeKey.rank(key), in: births) }
        table.forEach { column in
            deaths[place(column.pivot.key)] = DeathTriangle(key: column.column).rank
            for index in 0..<column.termCount { starts[place(column.terms[index].key)] += 1 }
        }
        var total = 0
        for c in 0...count {
            (starts[c], total) = (total, total + starts[c])
        }
        let cycles = try Storage<UInt32>(count: total, memory: memory)
        let factors = try Storage<UInt16>(count: total, memory: memory)
        table.forEach { column in
            let cycle = UInt32(place(column.pivot.key))
            for index in 0..<column.termCount {
                let term = column.terms[index]
                let c = place(term.key)
                cycles[starts[c]] = cycle
                factors[starts[c]] = UInt16(
                    field.eliminating(term.coefficient, with: column.pivot.coefficient))
                starts[c] += 1
            }
        }
        // Filling moved each start to the end of its list, where the next one begins.
        for c in stride(from: count, to: 0, by: -1) { starts[c] = starts[c - 1] }
        starts[0] = 0
        (self.births, self.deaths, self.starts) = (births, deaths, starts)
        (self.cycles, self.factors) = (cycles, factors)
    }

    private static func place(of rank: UInt32, in births: Storage<UInt32>) -> Int {
        var (low, high) = (0, births.count)
        while low < high {
            let middle = (low + high) / 2
            if births[middle] < rank { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func birth(_ place: Int) -> UInt32 { births[place] }
    func death(_ place: Int) -> UInt32 { deaths[place] }

    /// Calls `body` at each critical edge where the cocycle of the bar born at `place` is not zero, in
    /// ascending order.
    ///
    /// - Parameter scratch: zero before and after.
    func forEach(
        ofBarAt place: Int, scratch: Scratch, _ body: (_ rank: UInt32, _ value: UInt32) -> Void
    ) {
        let end = deaths[place]
        scratch.set(place, 1)
        var word = place >> 6
        var last = word
        while word <= last {
            while scratch.waiting[word] != 0 {
                let c = word << 6 + scratch.waiting[word].trailingZeroBitCount
                scratch.waiting[word] &= scratch.waiting[word] - 1
                let value = scratch.sums[c]
                scratch.sums[c] = 0
                if value == 0 { continue }
                body(births[c], value)
                for index in starts[c]..<starts[c + 1] {
                    let cycle = Int(cycles[index])
                    guard deaths[cycle] < end else { continue }
                    let share = field.multiply(UInt32(factors[index]), value)
                    scratch.set(cycle, field.add(scratch.sums[cycle], share))
                    last = max(last, cycle >> 6)
                }
            }
            word += 1
        }
    }

    /// One worker's sums on the way.
    struct Scratch {
        fileprivate let sums: Storage<UInt32>
        /// A bit for each critical edge whose sum has been touched.
        fileprivate let waiting: Storage<UInt64>

        init(for values: CriticalValues, memory: MemoryAccount) throws(HomologyError) {
            sums = try Storage(repeating: 0, count: values.count, memory: memory)
            waiting = try Storage(repeating: 0, count: values.count / 64 + 1, memory: memory)
        }

        fileprivate func set(_ place: Int, _ value: UInt32) {
            sums[place] = value
            waiting[place >> 6] |= 1 << UInt64(place & 63)
        }
    }
}
