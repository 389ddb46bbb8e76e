import Delaunay
import Hardware

/// An edge between two vertices, lower first, and what is known of it.
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
    private let starts: FlatArray<Int32>
    private let ends: FlatArray<Int32>
    private let entries: FlatArray<Entry>

    /// Longer rows are sorted, and searched by halves.
    fileprivate static let searched = 24

    /// - Parameter lists: the edges, in any order, each of them once or several times.
    init(
        vertexCount: Int, lists: [UnsafeBufferPointer<TaggedEdge>], account: MemoryAccount
    ) throws(DelaunayError) {
        let total = lists.reduce(0) { $0 + $1.count }
        let starts = try FlatArray<Int32>(capacity: vertexCount + 2, account: account)
        let ends = try FlatArray<Int32>(capacity: vertexCount, account: account)
        let entries = try FlatArray<Entry>(capacity: total, account: account)
        // Counts, shifted by two places, become the place where each vertex's next edge goes.
        let (next, room) = (starts.base + 1, entries.base)
        starts.base.update(repeating: 0, count: vertexCount + 2)
        for list in lists { for edge in list { next[Int(edge.low) &+ 1] &+= 1 } }
        for vertex in stride(from: 2, to: vertexCount + 2, by: 1) {
            starts.base[vertex] &+= starts.base[vertex &- 1]
        }
        for list in lists {
            for edge in list {
                let low = Int(edge.low)
                room[Int(next[low])] = Entry(high: edge.high, tag: edge.tag)
                next[low] &+= 1
            }
        }
        self.vertexCount = vertexCount
        self.starts = starts
        self.ends = ends
        self.entries = entries
    }

    /// Makes one of the entries of each edge whose lower vertex is in `vertices`, and tells the edges that
    /// have no detour: these are critical.
    ///
    /// - Parameter seen: room for a number by vertex, all of them 0; of the caller's own.
    func settle(
        _ vertices: Range<Int>, seen: UnsafeMutablePointer<Int32>, stop: StopSignal,
        critical: (_ low: Int32, _ high: Int32) throws(DelaunayError) -> Void
    ) throws(DelaunayError) {
        let entries = entries.base
        for vertex in vertices {
            if vertex & 4095 == 0, let reason = stop.reason { throw .stopped(reason) }
            let (from, to) = (Int(starts.base[vertex]), Int(starts.base[vertex &+ 1]))
            var end = from
            for index in from..<to {
                let entry = entries[index]
                let known = Int(seen[Int(entry.high)])
                // A number is of this row where the entry in that place says so.
                if known >= from, known < end, entries[known].high == entry.high {
                    if entry.tag >= 0 { entries[known].tag = entry.tag }
                } else {
                    seen[Int(entry.high)] = Int32(truncatingIfNeeded: end)
                    entries[end] = entry
                    end &+= 1
                }
            }
            ends.base[vertex] = Int32(truncatingIfNeeded: end)
            if end &- from > Self.searched {
                var row = UnsafeMutableBufferPointer(start: entries + from, count: end &- from)
                row.sort { $0.high < $1.high }
            }
            for index in from..<end where entries[index].tag < 0 {
                try critical(Int32(truncatingIfNeeded: vertex), entries[index].high)
            }
        }
    }

    /// - Precondition: the edge is in the table, which is settled.
    @inline(__always)
    func setTag(_ low: Int32, _ high: Int32, to tag: Int32) {
        if let index = lookup.index(low, high) { entries.base[index].tag = tag }
    }

    /// A way to look edges up, for as long as the table is there.
    var lookup: Lookup { Lookup(starts: starts.base, ends: ends.base, entries: entries.base) }

    /// Unchecked: it only reads a table that nobody changes meanwhile.
    struct Lookup: @unchecked Sendable {
        fileprivate let starts: UnsafePointer<Int32>
        fileprivate let ends: UnsafePointer<Int32>
        fileprivate let entries: UnsafePointer<Entry>

        @inline(__always)
        fileprivate func index(_ low: Int32, _ high: Int32) -> Int? {
            var (from, to) = (Int(starts[Int(low)]), Int(ends[Int(low)]))
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
