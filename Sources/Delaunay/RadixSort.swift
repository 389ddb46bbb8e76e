/// Least-significant-digit radix sorts of 64-bit items; digits that are the same in all items cost
/// one pass of counting together.
package enum RadixSort {
    /// By the upper 32 bits alone; stable. `spare` has room for as many.
    package static func byUpperHalf(
        _ items: UnsafeMutablePointer<UInt64>, _ spare: UnsafeMutablePointer<UInt64>, count: Int
    ) {
        if count < 64 {
            insertionSort(items, count) { $0 >> 32 < $1 >> 32 }
            return
        }
        sort(items, spare, count: count, shifts: [32, 43, 54]) { $0 }
    }

    /// By all of `key`'s 64 bits; stable.
    package static func sort<Item: BitwiseCopyable>(
        _ items: UnsafeMutablePointer<Item>, _ spare: UnsafeMutablePointer<Item>, count: Int,
        key: (Item) -> UInt64
    ) {
        if count < 64 {
            insertionSort(items, count) { key($0) < key($1) }
            return
        }
        sort(items, spare, count: count, shifts: [0, 11, 22, 33, 44, 55], key: key)
    }

    @inline(__always)
    private static func sort<Item: BitwiseCopyable>(
        _ items: UnsafeMutablePointer<Item>, _ spare: UnsafeMutablePointer<Item>, count: Int,
        shifts: [UInt64], key: (Item) -> UInt64
    ) {
        let digits = 2048
        withUnsafeTemporaryAllocation(of: Int.self, capacity: digits * shifts.count) { counts in
            counts.update(repeating: 0)
            let table = counts.baseAddress!
            for index in 0..<count {
                let value = key(items[index])
                for (pass, shift) in shifts.enumerated() {
                    table[pass &* digits &+ Int(truncatingIfNeeded: value &>> shift & 2047)] &+= 1
                }
            }
            var (from, to) = (items, spare)
            for (pass, shift) in shifts.enumerated() {
                let histogram = table + pass * digits
                let first = Int(truncatingIfNeeded: key(from[0]) &>> shift & 2047)
                if histogram[first] == count { continue }
                var sum = 0
                for digit in 0..<digits {
                    let here = histogram[digit]
                    histogram[digit] = sum
                    sum &+= here
                }
                for index in 0..<count {
                    let item = from[index]
                    let digit = Int(truncatingIfNeeded: key(item) &>> shift & 2047)
                    to[histogram[digit]] = item
                    histogram[digit] &+= 1
                }
                swap(&from, &to)
            }
            if from != items { items.update(from: from, count: count) }
        }
    }

    private static func insertionSort<Item: BitwiseCopyable>(
        _ items: UnsafeMutablePointer<Item>, _ count: Int, before: (Item, Item) -> Bool
    ) {
        for index in stride(from: 1, to: count, by: 1) {
            let item = items[index]
            var hole = index
            while hole > 0, before(item, items[hole &- 1]) {
                items[hole] = items[hole &- 1]
                hole &-= 1
            }
            items[hole] = item
        }
    }
}
