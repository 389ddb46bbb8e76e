import Hardware
import Synchronization

extension ComputeContext {
    /// Hands `0..<count` out in chunks to the team's workers, in ascending order, and returns when
    /// all are done. Stops early when the stop signal is set or a body throws.
    ///
    /// - Parameter tapers: as for `Team.forEachChunk`.
    /// - Throws: what the first body to fail threw, or `HomologyError.stopped`.
    func forEachChunk(
        of count: Int, size: Int, tapers: Bool = false,
        _ body: @Sendable (_ worker: Int, _ range: Range<Int>) throws(HomologyError) -> Void
    ) throws(HomologyError) {
        // A single chunk is not worth waking anyone.
        if count <= size {
            try checkStop()
            if count > 0 { try body(0, 0..<count) }
            return try checkStop()
        }
        let failure = FirstFailure()
        team.forEachChunk(of: count, by: size, stop: stop, tapers: tapers) { worker, range in
            if failure.isSet { return }
            do throws(HomologyError) { try body(worker, range) } catch { failure.set(error) }
        }
        try failure.rethrow()
        try checkStop()
    }

    /// The members of `range` for which `predicate` holds, ascending.
    func members(
        of range: Range<Int>, where predicate: @Sendable (Int) -> Bool
    ) throws(HomologyError) -> Storage<UInt32> {
        let chunk = 1 << 13
        let found = try Storage<UInt64>(zeros: (range.count + 63) / 64, memory: memory)
        let starts = try Storage<Int>(count: (range.count + chunk - 1) / chunk, memory: memory)
        try forEachChunk(of: range.count, size: chunk) { _, part in
            var count = 0
            for place in part where predicate(range.lowerBound + place) {
                found.base[place / 64] |= 1 << UInt64(place % 64)
                count += 1
            }
            starts.base[part.lowerBound / chunk] = count
        }
        let total = starts.becomeStarts()
        let members = try Storage<UInt32>(count: total, memory: memory)
        try forEachChunk(of: range.count, size: chunk) { _, part in
            var next = starts.base[part.lowerBound / chunk]
            for word in part.lowerBound / 64..<(part.upperBound + 63) / 64 {
                var bits = found.base[word]
                while bits != 0 {
                    members.base[next] = UInt32(range.lowerBound + word * 64 + bits.trailingZeroBitCount)
                    next += 1
                    bits &= bits - 1
                }
            }
        }
        return members
    }

    /// Calls `body` for each of `0..<count` with the sum of the sizes of those before it, as for lists end to end.
    ///
    /// - Returns: the sum of all.
    func forEachStart(
        of count: Int, size: @Sendable (Int) -> Int, body: @Sendable (_ index: Int, _ start: Int) -> Void
    ) throws(HomologyError) -> Int {
        let chunk = 1 << 12
        let sums = try Storage<Int>(count: (count + chunk - 1) / chunk, memory: memory)
        try forEachChunk(of: count, size: chunk) { _, range in
            var sum = 0
            for index in range { sum &+= size(index) }
            sums.base[range.lowerBound / chunk] = sum
        }
        let total = sums.becomeStarts()
        try forEachChunk(of: count, size: chunk) { _, range in
            var start = sums.base[range.lowerBound / chunk]
            for index in range {
                let own = size(index)
                body(index, start)
                start &+= own
            }
        }
        return total
    }

    /// - Throws: `HomologyError.stopped` when the stop signal is set.
    func checkStop() throws(HomologyError) {
        if let reason = stop.reason { throw .stopped(reason) }
    }
}

extension Storage<Int> {
    /// Puts the sum of the sizes before it in the place of each size. Returns the sum of all.
    fileprivate func becomeStarts() -> Int {
        var total = 0
        for index in 0..<count {
            let size = base[index]
            base[index] = total
            total += size
        }
        return total
    }
}

/// The first error that any worker of a parallel loop ran into.
final class FirstFailure: Sendable {
    private let flag = Atomic<Bool>(false)
    private let error = Mutex<HomologyError?>(nil)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set(_ failure: HomologyError) {
        error.withLock { if $0 == nil { $0 = failure } }
        flag.store(true, ordering: .relaxed)
    }

    func rethrow() throws(HomologyError) {
        if let failure = error.withLock({ $0 }) { throw failure }
    }
}

extension ComputeContext {
    /// The same computation on one thread.
    var onCallingThread: ComputeContext {
        ComputeContext(memory: memory, stop: stop, progress: progress)
    }
}
