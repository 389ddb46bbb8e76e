import Delaunay
import Hardware

/// An edge between two vertices, lower first, and the vertex of its detour, or `EdgeTable.mayBeCritical`.
struct TaggedEdge: BitwiseCopyable {
    var low: Int32
    var high: Int32
    var tag: Int32

    init(_ a: Int32, _ b: Int32, tag: Int32) {
        low = min(a, b)
        high = max(a, b)
        self.tag = tag
    }
}

/// The edges of a triangulation and what each is to the filtration: the edges of each lower vertex side by
/// side, by their higher one.
///
/// An edge's tag is the vertex of its detour where it is not critical. That of a critical one is negative:
/// `inTree`, or tells its place among the critical edges in the order of their lengths.
///
/// Unchecked: workers change the rows of different vertices, or the tags of different edges, and the
/// team's `run` orders that with what comes before and after.
final class EdgeTable: @unchecked Sendable {
    /// Before anything is known of an edge that no detour was found for yet.
    static let mayBeCritical: Int32 = -1
    static let inTree: Int32 = -1
    static func tag(ofPlace place: Int) -> Int32 { -2 &- Int32(truncatingIfNeeded: place) }
    @inline(__always)
    static func place(_ tag: Int32) -> Int { -2 &- Int(tag) }

    fileprivate struct Entry: BitwiseCopyable {
        var high: Int32
        var tag: Int32
    }

    private let vertexCount: Int
    /// By vertex, where its row starts; and at last where the rows end.
    private let starts: FlatArray<Int32>
    private var entries: FlatArray<Entry>

    /// Longer rows are sorted, and searched by halves.
    fileprivate static let searched = 24
    /// Each thread that takes part needs four bytes a vertex.
    static let mostShares = 8

    /// Collects the edges that `pass` tells of, and makes one entry of all that an edge has.
    ///
    /// - Parameter critical: takes note of an edge without a detour; with the number, below `mostShares` and
    ///   the team's size, of the thread that calls it.
    init(
        _ pass: SpacePass, vertexCount: Int, slotCount: Int, context: ComputeContext,
        critical: @Sendable (_ worker: Int, _ low: Int32, _ high: Int32) throws(DelaunayError) -> Void
    ) throws(DelaunayError) {
        let account = context.memory
        var shares: [Share] = []
        for worker in 0..<max(1, min(context.team.size, Self.mostShares)) {
            shares.append(try Share(worker, vertexCount, account))
        }
        // Counted first and then put in their places: a list of them all would be as large again.
        try Shares.run(slotCount, context: context, outputs: shares) { slots, share throws(DelaunayError) in
            let counts = share.numbers.base
            try pass.forEachEdge(slots) { counts[Int($0.low)] &+= 1 }
        }
        let starts = try FlatArray<Int32>(capacity: vertexCount + 1, account: account)
        let (rows, numbers) = (starts.base, shares.map { $0.numbers.base })
        var total: Int32 = 0
        for vertex in 0..<vertexCount {
            rows[vertex] = total
            for own in numbers {
                let count = own[vertex]
                own[vertex] = total
                total &+= count
            }
        }
        rows[vertexCount] = total
        let entries = try FlatArray<Entry>(capacity: Int(total), account: account)
        nonisolated(unsafe) let room = entries.base
        try Shares.run(slotCount, context: context, outputs: shares) { slots, share throws(DelaunayError) in
            let next = share.numbers.base
            try pass.forEachEdge(slots) { edge in
                let low = Int(edge.low)
                room[Int(next[low])] = Entry(high: edge.high, tag: edge.tag)
                next[low] &+= 1
            }
        }
        self.vertexCount = vertexCount
        self.starts = starts
        self.entries = entries
        try Shares.run(vertexCount, context: context, outputs: shares) {
            [self] vertices, share throws(DelaunayError) in
            try settle(vertices, share, stop: context.stop) { low, high throws(DelaunayError) in
                try critical(share.worker, low, high)
            }
        }
        close(shares)
    }

    /// What one thread works with.
    ///
    /// Unchecked: one worker at a time changes it, and the team's `run` orders that with the rest.
    private final class Share: @unchecked Sendable {
        let worker: Int
        /// By vertex: how many edges there are, then where the next one goes, then where one was seen.
        let numbers: FlatArray<Int32>
        /// The vertices whose rows it has settled, and how many entries these have.
        var vertices = 0..<0
        var count = 0

        init(_ worker: Int, _ vertexCount: Int, _ account: MemoryAccount) throws(DelaunayError) {
            self.worker = worker
            numbers = try FlatArray(capacity: vertexCount, account: account)
            numbers.base.update(repeating: 0, count: vertexCount)
        }
    }

    /// Makes one of the entries of each edge whose lower vertex is in `vertices`, and tells the edges that
    /// have no detour. The rows come to stand side by side, from where the first of them began.
    private func settle(
        _ vertices: Range<Int>, _ share: Share, stop: StopSignal,
        critical: (_ low: Int32, _ high: Int32) throws(DelaunayError) -> Void
    ) throws(DelaunayError) {
        guard let first = vertices.first else { return }
        let (entries, starts, seen) = (entries.base, starts.base, share.numbers.base)
        var (from, end) = (Int(starts[first]), Int(starts[first]))
        for vertex in vertices {
            if vertex & 4095 == 0, let reason = stop.reason { throw .stopped(reason) }
            let (start, to) = (end, Int(starts[vertex &+ 1]))
            for index in from..<to {
                let entry = entries[index]
                let known = Int(seen[Int(entry.high)])
                // A number is of this row where the entry in that place says so.
                if known >= start, known < end, entries[known].high == entry.high {
                    if entry.tag >= 0 { entries[known].tag = entry.tag }
                } else {
                    seen[Int(entry.high)] = Int32(truncatingIfNeeded: end)
                    entries[end] = entry
                    end &+= 1
                }
            }
            from = to
            // The first start stays as it is, and another thread may read it.
            if vertex > first { starts[vertex] = Int32(truncatingIfNeeded: start) }
            if end &- start > Self.searched {
                var row = UnsafeMutableBufferPointer(start: entries + start, count: end &- start)
                row.sort { $0.high < $1.high }
            }
            for index in start..<end where entries[index].tag < 0 {
                try critical(Int32(truncatingIfNeeded: vertex), entries[index].high)
            }
        }
        share.vertices = vertices
        share.count = end &- Int(starts[first])
    }

    /// Moves the rows that the threads have settled side by side.
    private func close(_ shares: [Share]) {
        let rows = starts.base
        var end = 0
        for share in shares {
            guard let first = share.vertices.first else { continue }
            let from = Int(rows[first])
            (entries.base + end).update(from: entries.base + from, count: share.count)
            for vertex in share.vertices { rows[vertex] &-= Int32(truncatingIfNeeded: from - end) }
            end += share.count
        }
        rows[vertexCount] = Int32(truncatingIfNeeded: end)
        entries.shrink(to: end)
    }

    /// A way to look edges up and to tag them, for as long as the table is there.
    var lookup: Lookup { Lookup(starts: starts.base, entries: entries.base) }

    /// Unchecked: whoever tags edges does so before others look them up.
    struct Lookup: @unchecked Sendable {
        fileprivate let starts: UnsafePointer<Int32>
        fileprivate let entries: UnsafeMutablePointer<Entry>

        /// - Precondition: the edge is in the table.
        @inline(__always)
        func setTag(_ low: Int32, _ high: Int32, to tag: Int32) {
            if let index = index(low, high) { entries[index].tag = tag }
        }

        @inline(__always)
        fileprivate func index(_ low: Int32, _ high: Int32) -> Int? {
            var (from, to) = (Int(starts[Int(low)]), Int(starts[Int(low) &+ 1]))
            if to &- from > EdgeTable.searched {
                while to &- from > 1 {
                    let middle = (from &+ to) >> 1
                    if entries[middle].high <= high { from = middle } else { to = middle }
                }
                return entries[from].high == high ? from : nil
            }
            while from < to {
                if entries[from].high == high { return from }
                from &+= 1
            }
            return nil
        }

        /// The tag of the edge between `a` and `b`, or nil where it is not in the table.
        @inline(__always)
        func tag(_ a: Int32, _ b: Int32) -> Int32? {
            guard let index = index(min(a, b), max(a, b)) else { return nil }
            return entries[index].tag
        }
    }
}
