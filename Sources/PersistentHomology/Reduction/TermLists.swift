import Hardware

/// Lists of terms, each added to at its end and read as a whole, that share their memory: what one lets go another
/// takes. One worker's.
///
/// A list is a chain of chunks, the newest first. A chunk is its header, the end of the one before it, and the terms.
final class TermLists<Entry: ColumnEntry> {
    /// Where a list stands; an empty one has neither room nor terms.
    struct List: BitwiseCopyable {
        /// Where the next term goes; `end` where the newest chunk is full.
        var next: UnsafeMutablePointer<Entry>
        /// Behind the newest chunk.
        var end: UnsafeMutablePointer<Entry>
    }

    private let lists: UnsafeMutablePointer<List>
    private let memory: MemoryAccount
    /// Chunks that no list has, linked by their headers.
    private var free: UnsafeMutableRawPointer?
    private var slabs: [(base: UnsafeMutableRawPointer, bytes: Int)] = []

    private static var chunkBytes: Int { 1 << 10 }
    private static var headerBytes: Int { 16 }
    private static var chunkCapacity: Int { (chunkBytes - headerBytes) / MemoryLayout<Entry>.stride }
    private static var largestSlabBytes: Int { 1 << 18 }

    init(count: Int, memory: MemoryAccount) {
        lists = .allocate(capacity: count)
        lists.initialize(repeating: Self.empty, count: count)
        self.memory = memory
    }

    deinit {
        lists.deallocate()
        for slab in slabs {
            slab.base.deallocate()
            memory.release(slab.bytes)
        }
    }

    private static var empty: List {
        // Nothing is read or written before there is a chunk.
        let nowhere = UnsafeMutablePointer<Entry>(bitPattern: MemoryLayout<Entry>.alignment)
            .unsafelyUnwrapped
        return List(next: nowhere, end: nowhere)
    }

    @inline(__always)
    func append(_ entry: Entry, to list: Int) throws(HomologyError) {
        if lists[list].next == lists[list].end { try addChunk(to: list) }
        lists[list].next.initialize(to: entry)
        lists[list].next += 1
    }

    @inline(__always)
    subscript(list: Int) -> List { lists[list] }

    /// How many terms a list has.
    func count(of list: Int) -> Int {
        var list = lists[list]
        var count = 0
        repeat { count += newest(of: list).count } while step(&list)
        return count
    }

    /// The list, which is empty then; whoever has it lets its chunks go.
    func take(_ list: Int) -> List {
        let taken = lists[list]
        lists[list] = Self.empty
        return taken
    }

    /// Empties the list, which keeps its oldest chunk for what comes next.
    @inline(__always)
    func removeAll(of list: Int) {
        while dropNewest(of: list) {}
    }

    /// Drops the terms of the newest chunk; false where that was the only one, which the list keeps.
    @inline(__always)
    func dropNewest(of list: Int) -> Bool {
        guard let chunk = Self.chunk(of: lists[list]) else { return false }
        if let end = chunk.load(as: UnsafeMutablePointer<Entry>?.self) {
            giveBack(chunk)
            lists[list] = List(next: end, end: end)
            return true
        }
        lists[list].next = (chunk + Self.headerBytes).assumingMemoryBound(to: Entry.self)
        return false
    }

    /// The terms of the newest chunk; none of an empty list.
    @inline(__always)
    func newest(of list: List) -> UnsafeMutableBufferPointer<Entry> {
        guard let chunk = Self.chunk(of: list) else { return .init(start: nil, count: 0) }
        let base = (chunk + Self.headerBytes).assumingMemoryBound(to: Entry.self)
        return UnsafeMutableBufferPointer(start: base, count: list.next - base)
    }

    /// Steps to the chunk before; false where there is none.
    @inline(__always)
    func step(_ list: inout List) -> Bool {
        guard let chunk = Self.chunk(of: list),
            let end = chunk.load(as: UnsafeMutablePointer<Entry>?.self)
        else {
            list = Self.empty
            return false
        }
        list = List(next: end, end: end)
        return true
    }

    /// Gives the newest chunk back, and steps to the one before; false where there is none.
    @inline(__always)
    func letGoNewest(of list: inout List) -> Bool {
        guard let chunk = Self.chunk(of: list) else { return false }
        let more = step(&list)
        giveBack(chunk)
        return more
    }

    @inline(__always)
    private func giveBack(_ chunk: UnsafeMutableRawPointer) {
        chunk.storeBytes(of: free, as: UnsafeMutableRawPointer?.self)
        free = chunk
    }

    @inline(__always)
    private static func chunk(of list: List) -> UnsafeMutableRawPointer? {
        if list.end == empty.end { return nil }
        return UnsafeMutableRawPointer(list.end - chunkCapacity) - headerBytes
    }

    private func addChunk(to list: Int) throws(HomologyError) {
        let chunk = try takeChunk()
        let before: UnsafeMutablePointer<Entry>? =
            Self.chunk(of: lists[list]) == nil ? nil : lists[list].end
        chunk.storeBytes(of: before, as: UnsafeMutablePointer<Entry>?.self)
        let base = (chunk + Self.headerBytes).bindMemory(to: Entry.self, capacity: Self.chunkCapacity)
        lists[list] = List(next: base, end: base + Self.chunkCapacity)
    }

    private func takeChunk() throws(HomologyError) -> UnsafeMutableRawPointer {
        let chunk = if let free { free } else { try addSlab() }
        free = chunk.load(as: UnsafeMutableRawPointer?.self)
        return chunk
    }

    /// The first of new chunks.
    private func addSlab() throws(HomologyError) -> UnsafeMutableRawPointer {
        let bytes = min(4 * Self.chunkBytes << min(slabs.count, 20), Self.largestSlabBytes)
        do { try memory.reserve(bytes) } catch { throw .memory(error) }
        let base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
        slabs.append((base, bytes))
        for start in stride(from: bytes - Self.chunkBytes, through: 0, by: -Self.chunkBytes) {
            (base + start).storeBytes(of: free, as: UnsafeMutableRawPointer?.self)
            free = base + start
        }
        return base
    }
}
