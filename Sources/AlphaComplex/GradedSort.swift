import Delaunay
import Hardware

/// Sorts simplices by value, where they stand: by leading bits into parts that the cache holds (McIlroy,
/// Bostic, McIlroy, Engineering Radix Sort, 1993), and each of those by eight bytes a simplex.
struct GradedSort: ~Copyable {
    /// So many simplices make a part at most.
    private static let part = 1 << 14
    /// Up to so many are sorted by insertion.
    private static let few = 24

    private let items: FlatArray<UInt64>
    private let spare: FlatArray<UInt64>
    private let sorted: FlatArray<Graded>

    /// - Parameter capacity: how many simplices are sorted at most.
    init(capacity: Int, account: MemoryAccount) throws(DelaunayError) {
        let capacity = min(capacity, Self.part)
        let items = try FlatArray<UInt64>(capacity: capacity, account: account)
        let spare = try FlatArray<UInt64>(capacity: capacity, account: account)
        let sorted = try FlatArray<Graded>(capacity: capacity, account: account)
        self.items = items
        self.spare = spare
        self.sorted = sorted
    }

    /// Where values are too close for their order to be certain, the exact ones, correctly rounded, take
    /// their place, so that equal radii become equal values.
    func run(_ simplices: UnsafeMutableBufferPointer<Graded>, exact: (Graded) -> Double) {
        sort(simplices)
        var start = 0
        while start < simplices.count {
            var end = start + 1
            while end < simplices.count,
                simplices[end].value - simplices[end - 1].value <= Closeness.tied * simplices[end].value
            {
                end += 1
            }
            if end - start > 1 {
                for index in start..<end { simplices[index].value = exact(simplices[index]) }
                sort(UnsafeMutableBufferPointer(rebasing: simplices[start..<end]))
            }
            start = end
        }
    }

    private func sort(_ simplices: UnsafeMutableBufferPointer<Graded>) {
        if simplices.count <= Self.few { return insertionSort(simplices) }
        let bits = LeadingBits(of: simplices)
        if bits.range == 0 { return }
        if simplices.count <= Self.part { return sort(simplices, by: bits) }
        distribute(simplices, by: bits) { group, hasOneDigit in
            if hasOneDigit { sort(group) } else { sort(group, by: LeadingBits(of: group)) }
        }
    }

    // MARK: Parts

    /// The leading bits of what tells values apart.
    private struct LeadingBits {
        let least: UInt64
        /// The greatest less the least.
        let range: UInt64

        init(of simplices: UnsafeMutableBufferPointer<Graded>) {
            var (least, greatest) = (UInt64.max, UInt64.min)
            for simplex in simplices {
                // The bits of numbers that are not negative are in the order of the numbers.
                least = min(least, simplex.value.bitPattern)
                greatest = max(greatest, simplex.value.bitPattern)
            }
            self.least = least
            range = max(greatest, least) - least
        }

        /// How far to shift down for no more than `count` bits.
        func shift(to count: Int) -> UInt64 { UInt64(max(0, 64 - count - range.leadingZeroBitCount)) }

        @inline(__always)
        func leading(_ simplex: Graded, _ shift: UInt64) -> UInt64 {
            (simplex.value.bitPattern &- least) &>> shift
        }
    }

    private static let digitBits = 11

    /// Brings those with the same leading digit together, in the order of the digits, and calls `body` with
    /// consecutive groups: of as many digits as make a part, or of one digit, however many have it.
    private func distribute(
        _ simplices: UnsafeMutableBufferPointer<Graded>, by bits: LeadingBits,
        _ body: (UnsafeMutableBufferPointer<Graded>, _ hasOneDigit: Bool) -> Void
    ) {
        guard let base = simplices.baseAddress else { return }
        let shift = bits.shift(to: Self.digitBits)
        let digits = 1 << Self.digitBits
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * digits) { room in
            guard let ends = room.baseAddress else { return }
            let next = ends + digits
            ends.update(repeating: 0, count: digits)
            for index in simplices.indices { ends[Int(bits.leading(base[index], shift))] &+= 1 }
            var sum = 0
            for digit in 0..<digits {
                next[digit] = sum
                sum &+= ends[digit]
                ends[digit] = sum
            }
            for digit in 0..<digits {
                while next[digit] < ends[digit] {
                    // Around a ring of simplices, each of which goes where the one before makes room.
                    var simplex = base[next[digit]]
                    var wanted = Int(bits.leading(simplex, shift))
                    while wanted != digit {
                        let place = next[wanted]
                        next[wanted] = place &+ 1
                        swap(&simplex, &base[place])
                        wanted = Int(bits.leading(simplex, shift))
                    }
                    base[next[digit]] = simplex
                    next[digit] &+= 1
                }
            }
            var (start, end) = (0, 0)
            for digit in 0..<digits {
                let more = ends[digit]
                if more &- start > Self.part {
                    body(UnsafeMutableBufferPointer(rebasing: simplices[start..<end]), false)
                    start = end
                    if more &- start > Self.part {
                        body(UnsafeMutableBufferPointer(rebasing: simplices[start..<more]), true)
                        start = more
                    }
                }
                end = more
            }
            body(UnsafeMutableBufferPointer(rebasing: simplices[start..<end]), false)
        }
    }

    /// Sorts a part: by 32 leading bits with their numbers below them, and the rare ones of which these are
    /// the same by themselves.
    private func sort(_ simplices: UnsafeMutableBufferPointer<Graded>, by bits: LeadingBits) {
        guard let base = simplices.baseAddress, simplices.count > 1 else { return }
        let (items, sorted, shift) = (items.base, sorted.base, bits.shift(to: 32))
        for index in simplices.indices {
            items[index] = bits.leading(base[index], shift) << 32 | UInt64(truncatingIfNeeded: index)
        }
        RadixSort.byUpperHalf(items, spare.base, count: simplices.count)
        for place in simplices.indices {
            sorted[place] = base[Int(truncatingIfNeeded: items[place] & 0xffff_ffff)]
        }
        base.update(from: sorted, count: simplices.count)
        if shift == 0 { return }
        var start = 0
        while start < simplices.count {
            let key = bits.leading(base[start], shift)
            var end = start + 1
            while end < simplices.count, bits.leading(base[end], shift) == key { end += 1 }
            if end - start > 1 { sort(UnsafeMutableBufferPointer(rebasing: simplices[start..<end])) }
            start = end
        }
    }

    private func insertionSort(_ simplices: UnsafeMutableBufferPointer<Graded>) {
        for index in stride(from: 1, to: simplices.count, by: 1) {
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

extension FlatList<Graded> {
    /// Sorts the simplices by value; see `GradedSort`.
    ///
    /// - Parameters:
    ///   - isCanonical: whether `precedes` puts simplices with equal values in order; it takes its time.
    mutating func sort(
        account: MemoryAccount, isCanonical: Bool, exact: (Graded) -> Double,
        precedes: (Graded, Graded) -> Bool
    ) throws(DelaunayError) {
        trim()
        var all = mutableElements
        try GradedSort(capacity: all.count, account: account).run(all, exact: exact)
        if isCanonical {
            all.sort { $0.value != $1.value ? $0.value < $1.value : precedes($0, $1) }
        }
    }
}
