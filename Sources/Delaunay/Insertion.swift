import Hardware

/// Inserts all points of a triangulation, round by round, large rounds by all threads side by side.
struct Insertion<I: Inserter & ~Copyable>: ~Copyable {
    /// A round with fewer points is inserted by one thread.
    private static var parallelRound: Int { 3000 }

    private let order: InsertionOrder
    private let context: ComputeContext
    /// One a thread; the first also inserts alone.
    private let shares: [Share<I>]
    private var mesh: Mesh
    private(set) var vertexCount: Int
    private let skipped: [Int32]
    /// Slots that shares have given up are below this.
    private var highWater = 0

    /// - Parameters:
    ///   - mesh: with `simplex` inserted.
    ///   - inserter: makes an inserter for a thread.
    init(
        into mesh: consuming Mesh, simplex: [Int32], pointCount: Int, context: ComputeContext,
        inserter: (borrowing Mesh) throws(DelaunayError) -> I
    ) throws(DelaunayError) {
        order = InsertionOrder(count: pointCount)
        self.context = context
        skipped = simplex
        vertexCount = simplex.count
        var shares: [Share<I>] = []
        for _ in 0..<max(1, context.team.size) {
            shares.append(Share(try inserter(mesh), try FlatList(account: context.memory)))
        }
        shares[0].inserter.bench.fresh = mesh.slotCount..<mesh.capacity
        self.shares = shares
        self.mesh = mesh
    }

    /// Inserts all points and hands out the mesh.
    /// - Parameter range: the part of the overall progress that this is.
    consuming func run(progress range: ClosedRange<Double>) throws(DelaunayError) -> Triangulation {
        var done = 0
        for round in (0...order.firstRound).reversed() {
            let expected =
                round == order.firstRound
                ? order.count >> (3 * round) : (order.count * 7) >> (3 * round + 3)
            let part = Double(expected) / Double(max(1, order.count))
            let start = Double(done) / Double(max(1, order.count))
            let width = range.upperBound - range.lowerBound
            let steps = ProgressSteps(
                meter: context.progress, from: range.lowerBound + start * width, width: part * width)
            if shares.count > 1, expected >= Self.parallelRound {
                try insertSideBySide(round, steps)
            } else {
                try insertAlone(round, steps)
            }
            done += expected
        }
        var used = highWater
        for share in shares { used = max(used, share.inserter.bench.fresh.lowerBound) }
        for share in shares {
            share.inserter.bench.vacate()
            let fresh = share.inserter.bench.fresh
            mesh.vacate(fresh.lowerBound..<max(fresh.lowerBound, min(fresh.upperBound, used)))
        }
        mesh.slotCount = used
        mesh.finish()
        return Triangulation(mesh: mesh, vertexCount: vertexCount)
    }

    // MARK: One thread

    private mutating func insertAlone(_ round: Int, _ steps: ProgressSteps) throws(DelaunayError) {
        for place in 0..<order.count where order.round(of: place) == round {
            try insertAlone(Int32(place))
            if place & 1023 == 0 {
                if let reason = context.stop.reason { throw .stopped(reason) }
                steps.advance(to: Double(place) / Double(order.count))
            }
        }
    }

    private mutating func insertAlone(_ vertex: Int32) throws(DelaunayError) {
        if skipped.contains(vertex) { return }
        while true {
            switch try shares[0].inserter.insert(vertex) {
            case .inserted:
                vertexCount += 1
                return
            case .duplicate: return
            // Nothing is refused to the only one.
            case .refused: return
            case .full: try findSlots()
            }
        }
    }

    /// Gives the first share more slots: half of another's, or new ones.
    private mutating func findSlots() throws(DelaunayError) {
        let first = shares[0]
        var richest = first
        for share in shares.dropFirst()
        where share.inserter.bench.fresh.count > richest.inserter.bench.fresh.count {
            richest = share
        }
        let theirs = richest.inserter.bench.fresh
        // What is left of the first share's own stays empty.
        mesh.vacate(first.inserter.bench.fresh)
        highWater = max(highWater, first.inserter.bench.fresh.upperBound)
        if richest !== first, theirs.count >= 4096 {
            let middle = theirs.lowerBound + theirs.count / 2
            first.inserter.bench.fresh = middle..<theirs.upperBound
            richest.inserter.bench.fresh = theirs.lowerBound..<middle
        } else {
            let capacity = mesh.capacity
            try mesh.grow(to: capacity + max(4096, capacity / 4))
            first.inserter.bench.fresh = capacity..<mesh.capacity
            for share in shares { share.inserter.bench.attach(to: mesh) }
        }
    }

    // MARK: All threads

    /// Splits the round between the threads, along the curve, and inserts what they had to refuse.
    private mutating func insertSideBySide(_ round: Int, _ steps: ProgressSteps) throws(DelaunayError) {
        let count = shares.count
        divideSlots()
        for (index, share) in shares.enumerated() {
            let range = index * order.count / count..<(index + 1) * order.count / count
            try prepare(share, for: range, round)
        }
        for share in shares { share.isReady = share.isReady && share.inserter.restart(at: share.home) }
        synchroniseMarks()
        let (order, shares, stop) = (order, shares, context.stop)
        context.team.run { worker in
            let share = shares[worker]
            do throws(DelaunayError) {
                try share.insertRest(round, order, stop, worker == 0 ? steps : nil)
            } catch {
                share.failure = error
            }
        }
        synchroniseMarks()
        for share in shares {
            share.inserter.bench.unrestrict()
            if let failure = share.failure { throw failure }
            vertexCount += share.insertedCount
            share.insertedCount = 0
        }
        for share in shares {
            for index in 0..<share.refused.count {
                try insertAlone(share.refused.base[index])
                if index & 1023 == 0, let reason = context.stop.reason { throw .stopped(reason) }
            }
            share.refused.removeAll()
        }
    }

    /// The first time, the slots are all the first share's.
    private func divideSlots() {
        guard shares[1...].allSatisfy({ $0.inserter.bench.fresh.isEmpty }) else { return }
        let fresh = shares[0].inserter.bench.fresh
        for (index, share) in shares.enumerated() {
            let from = fresh.lowerBound + index * fresh.count / shares.count
            let to = fresh.lowerBound + (index + 1) * fresh.count / shares.count
            share.inserter.bench.fresh = from..<to
        }
    }

    private func synchroniseMarks() {
        let highest = shares.reduce(0) { max($0, $1.inserter.bench.mark) }
        for share in shares { share.inserter.bench.mark = highest }
    }

    /// Gives `share` a cell of its own to start from, by inserting the first points of its range.
    private mutating func prepare(
        _ share: Share<I>, for range: Range<Int>, _ round: Int
    ) throws(DelaunayError) {
        share.rest = range
        share.isReady = false
        var tries = 0
        for place in range where order.round(of: place) == round {
            tries += 1
            if tries > 500 { return }
            if skipped.contains(Int32(place)) { continue }
            synchroniseMarks()
            share.inserter.bench.unrestrict()
            if share !== shares[0] { share.inserter.bench.hint = shares[0].inserter.bench.hint }
            let outcome = try share.inserter.insert(Int32(place))
            share.inserter.bench.restrict(to: range)
            if outcome == .refused || outcome == .full { return }
            share.rest = place + 1..<range.upperBound
            if outcome == .duplicate { continue }
            vertexCount += 1
            synchroniseMarks()
            shares[0].inserter.bench.hint = share.inserter.bench.hint
            if share.inserter.settle() {
                share.isReady = true
                share.home = share.inserter.bench.hint
                return
            }
        }
    }
}

/// One thread's part of an insertion.
///
/// Unchecked: while threads work side by side each touches its own share alone, and the team's `run`
/// orders that with what the calling thread does before and after.
final class Share<I: Inserter & ~Copyable>: @unchecked Sendable {
    var inserter: I
    /// The places still to be inserted in a round.
    var rest = 0..<0
    /// Whether there is a cell of its own to start from, and which.
    var isReady = false
    var home: Int32 = 0
    var refused: FlatList<Int32>
    var insertedCount = 0
    var failure: DelaunayError?

    init(_ inserter: consuming I, _ refused: consuming FlatList<Int32>) {
        self.inserter = inserter
        self.refused = refused
    }

    func insertRest(
        _ round: Int, _ order: InsertionOrder, _ stop: StopSignal, _ steps: ProgressSteps?
    ) throws(DelaunayError) {
        var canGoOn = isReady
        for place in rest where order.round(of: place) == round {
            if place & 255 == 0 {
                if let reason = stop.reason { throw .stopped(reason) }
                steps?.advance(to: Double(place - rest.lowerBound) / Double(rest.count))
            }
            let outcome = canGoOn ? try inserter.insert(Int32(place)) : .full
            switch outcome {
            case .inserted: insertedCount += 1
            case .duplicate: break
            case .refused: try refused.append(Int32(place))
            case .full:
                canGoOn = false
                try refused.append(Int32(place))
            }
        }
    }
}

/// A part of the overall progress.
struct ProgressSteps: Sendable {
    let meter: ProgressMeter
    let from: Double
    let width: Double

    func advance(to fraction: Double) { meter.advance(to: from + min(1, fraction) * width) }
}
