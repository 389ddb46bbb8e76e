import Delaunay
import Hardware

/// A simplex and the square of its radius, in the scale of `Sites`.
struct Graded: BitwiseCopyable {
    var value: Double
    /// A cell, a facet `4 · cell + corner`, or the lower vertex of an edge.
    var code: Int32
    /// The higher vertex of an edge; else, once sorted, its number before.
    var other: Int32 = 0
}

/// Radii that differ by less are looked at again, correctly rounded.
enum Closeness {
    /// Quickly computed values are within a quarter of this of the exact ones, relatively.
    static let tied = 1e-11
    /// Bars shorter than this relatively may be empty.
    static let short = 1e-10
}

/// Lists end to end, numbered through.
///
/// Unchecked: it only reads lists that nobody changes meanwhile.
struct Parts<Element: BitwiseCopyable>: @unchecked Sendable {
    private let parts: [UnsafeBufferPointer<Element>]
    let count: Int

    init(_ parts: [UnsafeBufferPointer<Element>]) {
        self.parts = parts
        count = parts.reduce(0) { $0 + $1.count }
    }

    /// Calls `body` with each element of a range, in order.
    @inline(__always)
    func forEach<E: Error>(in range: Range<Int>, _ body: (Int, Element) throws(E) -> Void) throws(E) {
        var first = 0
        for part in parts {
            let (from, to) = (max(range.lowerBound, first), min(range.upperBound, first + part.count))
            if from < to, let base = part.baseAddress {
                for index in from..<to { try body(index, base[index &- first]) }
            }
            first += part.count
        }
    }

    @inline(__always)
    func forEach(_ body: (Int, Element) -> Void) { forEach(in: 0..<count, body) }

    @inline(__always)
    subscript(index: Int) -> Element {
        var index = index
        for part in parts {
            if index < part.count { return part[index] }
            index &-= part.count
        }
        preconditionFailure("an index past the end")
    }
}

extension FlatList<Graded> {
    /// The simplices of all lists by value.
    ///
    /// Where values are too close for their order to be certain, the exact ones, correctly rounded, take
    /// their place, so that equal radii become equal values.
    ///
    /// - Parameters:
    ///   - isNumbered: whether each one's number goes into `other`.
    ///   - isCanonical: whether `precedes` puts simplices with equal values in order; it takes its time.
    static func sorted(
        _ parts: Parts<Graded>, isNumbered: Bool = false, account: MemoryAccount,
        isCanonical: Bool, exact: (Graded) -> Double, precedes: (Graded, Graded) -> Bool
    ) throws(DelaunayError) -> FlatList<Graded> {
        var list = try FlatList<Graded>(capacity: parts.count, account: account)
        list.appendUninitialized(parts.count)
        let sort = try GradedSort(capacity: parts.count, account: account)
        try sort.run(parts, into: list.base, isNumbered: isNumbered, exact: exact)
        if isCanonical {
            var all = UnsafeMutableBufferPointer(start: list.base, count: list.count)
            all.sort { $0.value != $1.value ? $0.value < $1.value : precedes($0, $1) }
        }
        return list
    }
}

/// Sorts graded simplices by value.
private struct GradedSort: ~Copyable {
    private let items: FlatArray<UInt64>
    private let spare: FlatArray<UInt64>
    private let account: MemoryAccount

    /// - Parameter capacity: how many simplices are sorted at most.
    init(capacity: Int, account: MemoryAccount) throws(DelaunayError) {
        let items = try FlatArray<UInt64>(capacity: capacity, account: account)
        let spare = try FlatArray<UInt64>(capacity: capacity, account: account)
        self.items = items
        self.spare = spare
        self.account = account
    }

    func run(
        _ parts: Parts<Graded>, into simplices: UnsafeMutablePointer<Graded>, isNumbered: Bool,
        exact: (Graded) -> Double
    ) throws(DelaunayError) {
        let count = parts.count
        let keys = Keys(parts)
        order(keys, parts)
        for place in 0..<count {
            let index = Int(truncatingIfNeeded: items.base[place] & 0xffff_ffff)
            simplices[place] = parts[index]
            if isNumbered { simplices[place].other = Int32(truncatingIfNeeded: index) }
        }
        try sortRuns(of: keys, simplices, count)

        var start = 0
        while start < count {
            var end = start + 1
            while end < count,
                simplices[end].value - simplices[end - 1].value <= Closeness.tied * simplices[end].value
            {
                end += 1
            }
            if end - start > 1 {
                for index in start..<end { simplices[index].value = exact(simplices[index]) }
                try sort(simplices + start, end - start)
            }
            start = end
        }
    }

    /// The 32 leading bits of what tells values apart.
    private struct Keys {
        let least: UInt64
        let shift: UInt64

        init(_ simplices: Parts<Graded>) {
            var (least, greatest) = (UInt64.max, UInt64.min)
            simplices.forEach { _, simplex in
                // The bits of numbers that are not negative are in the order of the numbers.
                least = min(least, simplex.value.bitPattern)
                greatest = max(greatest, simplex.value.bitPattern)
            }
            self.least = least
            shift = UInt64(max(0, 32 - (max(greatest, least) - least).leadingZeroBitCount))
        }

        @inline(__always)
        func key(_ simplex: Graded) -> UInt64 { (simplex.value.bitPattern &- least) &>> shift }
    }

    /// Writes the numbers of `simplices` into the lower halves of `items`, in the order of their keys.
    private func order(_ keys: Keys, _ simplices: Parts<Graded>) {
        let items = items.base
        simplices.forEach { index, simplex in
            items[index] = keys.key(simplex) << 32 | UInt64(truncatingIfNeeded: index)
        }
        RadixSort.byUpperHalf(items, spare.base, count: simplices.count)
    }

    /// Sorts the rare runs of equal keys by themselves.
    private func sortRuns(
        of keys: Keys, _ simplices: UnsafeMutablePointer<Graded>, _ count: Int
    ) throws(DelaunayError) {
        if keys.shift == 0 { return }
        var start = 0
        while start < count {
            let key = keys.key(simplices[start])
            var end = start + 1
            while end < count, keys.key(simplices[end]) == key { end += 1 }
            if end - start > 1 { try sort(simplices + start, end - start) }
            start = end
        }
    }

    /// Up to so many are sorted by insertion.
    private static let few = 24

    private func sort(_ simplices: UnsafeMutablePointer<Graded>, _ count: Int) throws(DelaunayError) {
        if count <= Self.few { return Self.insertionSort(simplices, count) }
        let run = Parts([UnsafeBufferPointer(start: simplices, count: count)])
        let keys = Keys(run)
        order(keys, run)
        let sorted = try FlatArray<Graded>(capacity: count, account: account)
        for place in 0..<count {
            sorted.base[place] = simplices[Int(truncatingIfNeeded: items.base[place] & 0xffff_ffff)]
        }
        simplices.update(from: sorted.base, count: count)
        try sortRuns(of: keys, simplices, count)
    }

    private static func insertionSort(_ simplices: UnsafeMutablePointer<Graded>, _ count: Int) {
        for index in stride(from: 1, to: count, by: 1) {
            let item = simplices[index]
            var hole = index
            while hole > 0, item.value < simplices[hole &- 1].value {
                simplices[hole] = simplices[hole &- 1]
                hole &-= 1
            }
            simplices[hole] = item
        }
    }
}
