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

/// Finds an edge's tag: the edges of each lower vertex side by side, by their higher one.
struct EdgeTable: ~Copyable {
    fileprivate struct Entry: BitwiseCopyable {
        var high: Int32
        var tag: Int32
    }

    private let starts: FlatArray<Int32>
    private let entries: FlatArray<Entry>

    /// - Parameter edge: the edges by number, below `count`; asked twice for each.
    init(
        vertexCount: Int, count: Int, account: MemoryAccount, edge: (Int) -> TaggedEdge
    ) throws(DelaunayError) {
        let starts = try FlatArray<Int32>(capacity: vertexCount + 2, account: account)
        let entries = try FlatArray<Entry>(capacity: count, account: account)
        // Counts, shifted by two places, become the place where each vertex's next edge goes.
        starts.base.update(repeating: 0, count: vertexCount + 2)
        for index in 0..<count { starts.base[Int(edge(index).low) &+ 2] &+= 1 }
        for vertex in stride(from: 2, to: vertexCount + 2, by: 1) {
            starts.base[vertex] &+= starts.base[vertex &- 1]
        }
        for index in 0..<count {
            let item = edge(index)
            let place = Int(starts.base[Int(item.low) &+ 1])
            entries.base[place] = Entry(high: item.high, tag: item.tag)
            starts.base[Int(item.low) &+ 1] &+= 1
        }
        for vertex in 0..<vertexCount {
            let (from, to) = (Int(starts.base[vertex]), Int(starts.base[vertex &+ 1]))
            if to &- from > Self.searched {
                var row = UnsafeMutableBufferPointer(start: entries.base + from, count: to &- from)
                row.sort { $0.high < $1.high }
            }
        }
        self.starts = starts
        self.entries = entries
    }

    /// Longer rows are sorted, and searched by halves.
    fileprivate static let searched = 24

    /// A way to look edges up, for as long as the table is there.
    var lookup: Lookup { Lookup(starts: starts.base, entries: entries.base) }

    /// Unchecked: it only reads a table that nobody changes any more.
    struct Lookup: @unchecked Sendable {
        fileprivate let starts: UnsafePointer<Int32>
        fileprivate let entries: UnsafePointer<Entry>

        /// The tag of the edge between `a` and `b`, or nil where it is not in the table.
        @inline(__always)
        func tag(_ a: Int32, _ b: Int32) -> Int32? {
            let (low, high) = (Int(min(a, b)), max(a, b))
            var (from, to) = (Int(starts[low]), Int(starts[low &+ 1]))
            if to &- from > EdgeTable.searched {
                while to &- from > 1 {
                    let middle = (from &+ to) >> 1
                    if entries[middle].high <= high { from = middle } else { to = middle }
                }
                return entries[from].high == high ? entries[from].tag : nil
            }
            while from < to {
                if entries[from].high == high { return entries[from].tag }
                from &+= 1
            }
            return nil
        }
    }
}
