import Hardware
import RankKernels
import Synchronization

/// Sorts packed edges by their upper 32 bits, stably, with a parallel radix sort.
///
/// An element is `sortKey(length) << 32 | payload`. Stability makes equal lengths keep the order in
/// which they came, which callers choose to be lexicographic.
enum EdgeSort {
    /// Fewer elements are sorted by short digits: there would be more counters than elements.
    private static let fewElements = 1 << 12
    /// Fewer are sorted by comparing them, where all their bits count.
    private static let veryFewElements = 1 << 9
    /// A worker's part is at least this: less is not worth waking it.
    private static let smallestPart = 1 << 14
    /// Elements between two looks at the stop signal.
    private static let stretch = 1 << 16

    /// Sorts `edges` by their bits in `bits`; those above are equal in all. The result stands in the
    /// returned storage, the other one is given back.
    ///
    /// - Parameter spare: room for as many, which the result may stand in; nil to make some.
    static func sort(
        _ edges: consuming Storage<UInt64>, by bits: Range<Int> = 32..<64, spare: Storage<UInt64>? = nil,
        context: ComputeContext
    ) throws(HomologyError) -> Storage<UInt64> {
        let count = edges.count
        if count < 2 { return edges }
        if count < veryFewElements, bits == 0..<64 {
            var elements = UnsafeMutableBufferPointer(start: edges.base, count: count)
            elements.sort()
            return edges
        }
        if count < fewElements, bits.count > shortKey {
            let upper = bits.upperBound - shortKey..<bits.upperBound
            try sortFew(edges, by: upper.lowerBound, spare, context)
            try orderRuns(edges, equalIn: upper, by: bits.lowerBound..<upper.lowerBound, context: context)
            return edges
        }
        var source = edges
        var target: Storage<UInt64>
        if let spare { target = spare } else { target = try Storage(count: count, memory: context.memory) }
        let digits = Digits(bits, longest: count < fewElements ? 8 : 11)
        let parts = max(1, min(context.team.size, count / smallestPart))
        // Every part is about to be scattered all over it.
        LargeBlocks.touch(target.base, count: count, context.team)
        let histograms = try Storage<Int>(count: parts * digits.buckets, memory: context.memory)
        for shift in digits.shifts {
            histograms.base.update(repeating: 0, count: histograms.count)
            let pass = Pass(
                from: source, to: target, histograms: histograms, shift: UInt64(shift),
                buckets: digits.buckets, parts: parts, stop: context.stop)
            pass.forEachStretch(on: context.team) { $0.count($1, $2) }
            try context.checkStop()
            if pass.startOffsets() { continue }
            pass.forEachStretch(on: context.team) { $0.move($1, $2) }
            try context.checkStop()
            swap(&source, &target)
        }
        return source
    }

    /// Of few elements hardly any are equal in so many upper bits: two digits.
    private static let shortKey = 2 * shortDigit
    private static let shortDigit = 9

    /// Sorts by the `shortKey` bits from `shift` on, on the calling thread: all digits are counted in one pass.
    private static func sortFew(
        _ edges: Storage<UInt64>, by shift: Int, _ room: Storage<UInt64>?, _ context: ComputeContext
    ) throws(HomologyError) {
        let (source, count, buckets) = (edges.base, edges.count, 1 << shortDigit)
        let spare: Storage<UInt64>
        if let room { spare = room } else { spare = try Storage(count: count, memory: context.memory) }
        let (lower, upper, mask) = (UInt64(shift), UInt64(shift + shortDigit), buckets - 1)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * buckets) { counters in
            counters.initialize(repeating: 0)
            guard let low = counters.baseAddress else { return }
            let high = low + buckets
            for index in 0..<count {
                let edge = source[index]
                low[Int(truncatingIfNeeded: edge &>> lower) & mask] &+= 1
                high[Int(truncatingIfNeeded: edge &>> upper) & mask] &+= 1
            }
            var (first, second): (UInt32, UInt32) = (0, 0)
            for bucket in 0..<buckets {
                (low[bucket], first) = (first, first &+ low[bucket])
                (high[bucket], second) = (second, second &+ high[bucket])
            }
            move(source, to: spare.base, count, from: low, lower, mask)
            move(spare.base, to: source, count, from: high, upper, mask)
        }
    }

    /// - Parameter places: where the next of each bucket goes.
    @inline(__always)
    private static func move(
        _ from: UnsafeMutablePointer<UInt64>, to: UnsafeMutablePointer<UInt64>, _ count: Int,
        from places: UnsafeMutablePointer<UInt32>, _ shift: UInt64, _ mask: Int
    ) {
        for index in 0..<count {
            let edge = from[index]
            let bucket = Int(truncatingIfNeeded: edge &>> shift) & mask
            let place = places[bucket]
            places[bucket] = place &+ 1
            to[Int(place)] = edge
        }
    }

    /// A run up to this long is sorted by insertion.
    private static let shortRun = 16

    /// Orders what is equal in the bits `upper` by the bits `rest`, stably.
    private static func orderRuns(
        _ edges: Storage<UInt64>, equalIn upper: Range<Int>, by rest: Range<Int>, context: ComputeContext
    ) throws(HomologyError) {
        let (elements, count, shift) = (edges.base, edges.count, UInt64(upper.lowerBound))
        var start = 0
        for place in 1...count {
            if place < count, (elements[place] ^ elements[start]) &>> shift == 0 { continue }
            if place - start > shortRun {
                let run = try Storage<UInt64>(count: place - start, memory: context.memory)
                run.base.update(from: elements + start, count: run.count)
                let ordered = try sort(run, by: rest, context: context)
                (elements + start).update(from: ordered.base, count: ordered.count)
            } else if place - start > 1 {
                insert(elements + start, count: place - start, by: UInt64(rest.lowerBound))
            }
            start = place
        }
    }

    private static func insert(_ run: UnsafeMutablePointer<UInt64>, count: Int, by shift: UInt64) {
        for place in 1..<count {
            let element = run[place]
            var hole = place
            while hole > 0, run[hole - 1] &>> shift > element &>> shift {
                run[hole] = run[hole - 1]
                hole -= 1
            }
            run[hole] = element
        }
    }

    /// How a range of bits is cut into digits of equal width.
    private struct Digits {
        let buckets: Int
        let shifts: StrideTo<Int>

        init(_ bits: Range<Int>, longest: Int) {
            let passes = (bits.count + longest - 1) / longest
            let width = (bits.count + passes - 1) / max(passes, 1)
            buckets = 1 << width
            shifts = stride(from: bits.lowerBound, to: bits.upperBound, by: max(width, 1))
        }
    }

    /// One pass over one digit; each part of the elements has a row of counters.
    private struct Pass: Sendable {
        let from: Storage<UInt64>
        let to: Storage<UInt64>
        let histograms: Storage<Int>
        let shift: UInt64
        let buckets: Int
        let parts: Int
        let stop: StopSignal

        /// Calls `body` with the counters of each part and its elements, stretch by stretch; ends early
        /// where the stop signal is set.
        func forEachStretch(
            on team: any Team,
            _ body: @Sendable (Pass, _ counters: UnsafeMutablePointer<Int>, Range<Int>) -> Void
        ) {
            if parts == 1 { return forEachStretch(ofPart: 0, body) }
            team.run { worker in
                if worker < parts { forEachStretch(ofPart: worker, body) }
            }
        }

        private func forEachStretch(
            ofPart part: Int, _ body: (Pass, UnsafeMutablePointer<Int>, Range<Int>) -> Void
        ) {
            let size = (from.count + parts - 1) / parts
            let end = min((part + 1) * size, from.count)
            var start = min(part * size, end)
            while start < end, !stop.isStopped {
                let next = min(start + stretch, end)
                body(self, histograms.base + part * buckets, start..<next)
                start = next
            }
        }

        func count(_ counters: UnsafeMutablePointer<Int>, _ range: Range<Int>) {
            let (from, shift, mask) = (from.base, shift, buckets &- 1)
            for index in range { counters[Int(truncatingIfNeeded: from[index] &>> shift) & mask] &+= 1 }
        }

        func move(_ offsets: UnsafeMutablePointer<Int>, _ range: Range<Int>) {
            let (from, to, shift, mask) = (from.base, to.base, shift, buckets &- 1)
            for index in range {
                let edge = from[index]
                let bucket = Int(truncatingIfNeeded: edge &>> shift) & mask
                let place = offsets[bucket]
                offsets[bucket] = place &+ 1
                to[place] = edge
            }
        }

        /// Turns counts into the place where each part writes the first of each bucket.
        /// Returns whether one bucket holds everything, so that the pass can be left out.
        func startOffsets() -> Bool {
            var offset = 0
            let (parts, histograms) = (parts, histograms.base)
            for bucket in 0..<buckets {
                let first = offset
                for part in 0..<parts {
                    let size = histograms[part &* buckets &+ bucket]
                    histograms[part &* buckets &+ bucket] = offset
                    offset &+= size
                }
                if offset - first == from.count { return true }
            }
            return false
        }
    }
}

/// The upper half of a packed edge: an order-preserving image of a length ≥ 0, below 2³¹.
protocol SortableLength: BinaryFloatingPoint, BitwiseCopyable, Sendable {
    /// Monotone; equal images of different lengths, which doubles have, are told apart afterwards.
    var sortKey: UInt32 { get }
    /// Writes `unranked` + the sort key of each of `count` lengths that is at most `bound`, `none` for others.
    static func keys(
        of lengths: UnsafePointer<Self>, count: Int, within bound: Self,
        into keys: UnsafeMutablePointer<UInt32>,
        _ kernels: KernelTable)
    /// Raises each of `count` numbers to the length beside it, where that is more. Returns the largest of
    /// `least` and the lengths.
    static func raise(
        _ highest: UnsafeMutablePointer<Self>, to lengths: UnsafePointer<Self>, count: Int,
        atLeast least: Self, _ kernels: KernelTable
    ) -> Self
}

extension Float: SortableLength {
    // Adding zero turns -0 into +0; bit patterns of non-negative floats are ordered like the floats.
    var sortKey: UInt32 { (self + 0).bitPattern }

    @inline(__always)
    static func keys(
        of lengths: UnsafePointer<Float>, count: Int, within bound: Float,
        into keys: UnsafeMutablePointer<UInt32>,
        _ kernels: KernelTable
    ) { kernels.functions.keys(lengths, UInt32(max(count, 0)), bound, keys) }

    @inline(__always)
    static func raise(
        _ highest: UnsafeMutablePointer<Float>, to lengths: UnsafePointer<Float>, count: Int,
        atLeast least: Float, _ kernels: KernelTable
    ) -> Float { kernels.functions.raise(lengths, UInt32(count), highest, least) }
}

extension Double: SortableLength {
    var sortKey: UInt32 { UInt32(truncatingIfNeeded: (self + 0).bitPattern &>> 32) }

    static func keys(
        of lengths: UnsafePointer<Double>, count: Int, within bound: Double,
        into keys: UnsafeMutablePointer<UInt32>, _ kernels: KernelTable
    ) {
        for place in 0..<max(count, 0) {
            keys[place] = lengths[place] <= bound ? unranked | lengths[place].sortKey : none
        }
    }

    static func raise(
        _ highest: UnsafeMutablePointer<Double>, to lengths: UnsafePointer<Double>, count: Int,
        atLeast least: Double, _ kernels: KernelTable
    ) -> Double {
        var most = least
        for place in 0..<count {
            let length = lengths[place]
            most = most < length ? length : most
            highest[place] = highest[place] < length ? length : highest[place]
        }
        return most
    }
}

extension EdgeSort {
    /// Orders the runs of equal sort keys by (length, payload): the last step for lengths that a
    /// sort key does not tell apart.
    static func refineRuns<Length: SortableLength>(
        _ edges: Storage<UInt64>, context: ComputeContext, length: @Sendable (UInt32) -> Length
    ) throws(HomologyError) {
        let long = Mutex<[Range<Int>]>([])
        try context.forEachChunk(of: edges.count, size: 1 << 12) { _, range in
            var start = range.lowerBound
            // A run belongs to the chunk in which it begins.
            while start < range.upperBound, start > 0, edges.base[start] >> 32 == edges.base[start - 1] >> 32
            {
                start += 1
            }
            while start < range.upperBound {
                let key = edges.base[start] >> 32
                var end = start + 1
                while end < edges.count, edges.base[end] >> 32 == key { end += 1 }
                if end - start > longRun {
                    long.withLock { $0.append(start..<end) }
                } else if end - start > 1 {
                    sortRun(edges, start..<end, length)
                }
                start = end
            }
        }
        for run in long.withLock({ $0 }) { try refine(run, of: edges, context: context, length: length) }
    }

    /// A longer run is sorted by radix, on all workers.
    private static let longRun = 1 << 12

    private static func sortRun<Length: SortableLength>(
        _ edges: Storage<UInt64>, _ range: Range<Int>, _ length: (UInt32) -> Length
    ) {
        var run = UnsafeMutableBufferPointer(start: edges.base + range.lowerBound, count: range.count)
        run.sort { a, b in
            let (x, y) = (length(UInt32(truncatingIfNeeded: a)), length(UInt32(truncatingIfNeeded: b)))
            return x != y ? x < y : a < b
        }
    }

    /// Sorts a run of equal sort keys, its payloads ascending, by what the keys leave out of the lengths.
    private static func refine<Length: SortableLength>(
        _ run: Range<Int>, of edges: Storage<UInt64>, context: ComputeContext,
        length: @Sendable (UInt32) -> Length
    ) throws(HomologyError) {
        let key = edges.base[run.lowerBound] & ~0xffff_ffff
        let rest = try Storage<UInt64>(count: run.count, memory: context.memory)
        try context.forEachChunk(of: run.count, size: 1 << 14) { _, range in
            for index in range {
                let payload = UInt32(truncatingIfNeeded: edges.base[run.lowerBound + index])
                let low = Double(length(payload)).bitPattern & 0xffff_ffff
                rest.base[index] = low << 32 | UInt64(payload)
            }
        }
        let sorted = try sort(rest, context: context)
        try context.forEachChunk(of: run.count, size: 1 << 14) { _, range in
            for index in range {
                edges.base[run.lowerBound + index] = key | sorted.base[index] & 0xffff_ffff
            }
        }
    }
}
