import Hardware

/// Least-significant-digit radix sorts of 64-bit items by their upper halves; stable. Digits that are the
/// same in all items cost one pass of counting together.
package enum RadixSort {
    /// By the upper 32 bits alone. `spare` has room for as many.
    package static func byUpperHalf(
        _ items: UnsafeMutablePointer<UInt64>, _ spare: UnsafeMutablePointer<UInt64>, count: Int
    ) {
        if count < 64 {
            insertionSort(items, count)
            return
        }
        // Three digits of eleven, eleven and ten bits.
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 3 * digits) { room in
            room.update(repeating: 0)
            let (low, middle, high) = (
                room.baseAddress!, room.baseAddress! + digits, room.baseAddress! + 2 * digits
            )
            for index in 0..<count {
                let item = items[index]
                low[digit(item, 32)] &+= 1
                middle[digit(item, 43)] &+= 1
                high[digit(item, 54)] &+= 1
            }
            var (from, to) = (items, spare)
            for (counts, shift) in [(low, 32 as UInt64), (middle, 43), (high, 54)] {
                if Int(counts[digit(from[0], shift)]) == count { continue }
                var sum: UInt32 = 0
                for digit in 0..<digits {
                    let here = counts[digit]
                    counts[digit] = sum
                    sum &+= here
                }
                for index in 0..<count {
                    let item = from[index]
                    let place = digit(item, shift)
                    to[Int(counts[place])] = item
                    counts[place] &+= 1
                }
                swap(&from, &to)
            }
            if from != items { items.update(from: from, count: count) }
        }
    }

    /// Below this many items one thread is as quick.
    private static let worthSharing = 1 << 15

    /// The same, by all threads of `team`.
    static func byUpperHalf(
        _ items: UnsafeMutablePointer<UInt64>, _ spare: UnsafeMutablePointer<UInt64>, count: Int,
        team: any Team
    ) {
        let workers = team.size
        guard workers > 1, count >= worthSharing else { return byUpperHalf(items, spare, count: count) }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: workers * digits) { room in
            // Each worker counts, and later moves, the items of its own range.
            nonisolated(unsafe) let counts = room.baseAddress!
            var (source, target) = (items, spare)
            for shift in [32 as UInt64, 43, 54] {
                nonisolated(unsafe) let (from, to) = (source, target)
                team.run { worker in
                    let own = counts + worker * digits
                    own.update(repeating: 0, count: digits)
                    for index in worker * count / workers..<(worker + 1) * count / workers {
                        own[digit(from[index], shift)] &+= 1
                    }
                }
                var (sum, hasOneDigit) = (UInt32(0), false)
                for digit in 0..<digits {
                    let before = sum
                    for worker in 0..<workers {
                        let here = counts[worker * digits + digit]
                        counts[worker * digits + digit] = sum
                        sum &+= here
                    }
                    if Int(sum &- before) == count { hasOneDigit = true }
                }
                if hasOneDigit { continue }
                team.run { worker in
                    let own = counts + worker * digits
                    for index in worker * count / workers..<(worker + 1) * count / workers {
                        let item = from[index]
                        let place = digit(item, shift)
                        to[Int(own[place])] = item
                        own[place] &+= 1
                    }
                }
                swap(&source, &target)
            }
            if source != items { items.update(from: source, count: count) }
        }
    }

    private static let digits = 2048

    @inline(__always)
    private static func digit(_ item: UInt64, _ shift: UInt64) -> Int {
        Int(truncatingIfNeeded: item &>> shift & 2047)
    }

    private static func insertionSort(_ items: UnsafeMutablePointer<UInt64>, _ count: Int) {
        for index in stride(from: 1, to: count, by: 1) {
            let item = items[index]
            var hole = index
            while hole > 0, item >> 32 < items[hole &- 1] >> 32 {
                items[hole] = items[hole &- 1]
                hole &-= 1
            }
            items[hole] = item
        }
    }
}
