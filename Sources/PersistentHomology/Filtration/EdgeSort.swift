import Hardware

/// Sorts packed edges by their upper 32 bits, stably, with a parallel radix sort.
///
/// An element is `sortKey(length) << 32 | payload`. Stability makes equal lengths keep the order in
/// which they came, which callers choose to be lexicographic.
enum EdgeSort {
    private static let digitBits = 11
    private static let buckets = 1 << digitBits

    /// Sorts `edges`; the result stands in the returned storage, the other one is given back.
    static func sort(
        _ edges: consuming Storage<UInt64>, context: ComputeContext
    ) throws(HomologyError) -> Storage<UInt64> {
        let count = edges.count
        var source = edges
        var target = try Storage<UInt64>(count: count, memory: context.memory)
        let workers = context.team.size
        let histograms = try Storage<Int>(count: workers * buckets, memory: context.memory)
        let part = (count + workers - 1) / workers
        for pass in 0..<3 {
            try context.checkStop()
            let shift = UInt64(32 + pass * digitBits)
            let (from, to) = (source, target)
            context.team.run { worker in
                let histogram = histograms.base + worker * buckets
                histogram.initialize(repeating: 0, count: buckets)
                for index in range(of: worker, part: part, count: count) {
                    histogram[Int(truncatingIfNeeded: from.base[index] &>> shift) & (buckets - 1)] &+= 1
                }
            }
            if startOffsets(histograms, workers: workers, count: count) { continue }
            context.team.run { worker in
                let offset = histograms.base + worker * buckets
                for index in range(of: worker, part: part, count: count) {
                    let edge = from.base[index]
                    let bucket = Int(truncatingIfNeeded: edge &>> shift) & (buckets - 1)
                    to.base[offset[bucket]] = edge
                    offset[bucket] &+= 1
                }
            }
            swap(&source, &target)
        }
        return source
    }

    private static func range(of worker: Int, part: Int, count: Int) -> Range<Int> {
        min(worker * part, count)..<min((worker + 1) * part, count)
    }

    /// Turns counts into the place where each worker writes the first of each bucket.
    /// Returns whether one bucket holds everything, so that the pass can be left out.
    private static func startOffsets(_ histograms: Storage<Int>, workers: Int, count: Int) -> Bool {
        var offset = 0
        for bucket in 0..<buckets {
            let first = offset
            for worker in 0..<workers {
                let size = histograms[worker * buckets + bucket]
                histograms[worker * buckets + bucket] = offset
                offset += size
            }
            if offset - first == count { return true }
        }
        return false
    }
}

/// The upper half of a packed edge: an order-preserving image of a length ≥ 0.
protocol SortableLength: BinaryFloatingPoint, BitwiseCopyable, Sendable {
    /// Monotone; equal images of different lengths are told apart afterwards (`isExact` false).
    var sortKey: UInt32 { get }
    static var sortKeyIsExact: Bool { get }
}

extension Float: SortableLength {
    // Adding zero turns -0 into +0; bit patterns of non-negative floats are ordered like the floats.
    var sortKey: UInt32 { (self + 0).bitPattern }
    static var sortKeyIsExact: Bool { true }
}

extension Double: SortableLength {
    var sortKey: UInt32 { UInt32(truncatingIfNeeded: (self + 0).bitPattern &>> 32) }
    static var sortKeyIsExact: Bool { false }
}

extension EdgeSort {
    /// Orders the runs of equal sort keys by (length, payload): the last step for lengths that a
    /// sort key does not tell apart.
    static func refineRuns<Length: SortableLength>(
        _ edges: Storage<UInt64>, context: ComputeContext, length: @Sendable (UInt32) -> Length
    ) throws(HomologyError) {
        var start = 0
        while start < edges.count {
            if start & 0xfff == 0 { try context.checkStop() }
            var end = start + 1
            while end < edges.count, edges[end] >> 32 == edges[start] >> 32 { end += 1 }
            if end - start > 1 {
                var run = UnsafeMutableBufferPointer(start: edges.base + start, count: end - start)
                run.sort { a, b in
                    let (x, y) = (
                        length(UInt32(truncatingIfNeeded: a)), length(UInt32(truncatingIfNeeded: b))
                    )
                    return x != y ? x < y : a < b
                }
            }
            start = end
        }
    }
}
