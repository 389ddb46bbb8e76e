import Hardware

/// A reduced column as other columns need it: which column, its pivot, and the terms whose
/// coboundaries add up to it. Written once, then shared between workers, never changed.
struct ReducedColumn<Entry: ColumnEntry> {
    /// The simplex of the column.
    let column: Entry.Key
    /// The first simplex of the reduced coboundary, with its coefficient there.
    let pivot: Entry
    /// The terms of the cochain besides the column's own simplex, which has coefficient 1.
    let terms: UnsafeMutablePointer<Entry>
    let termCount: Int
}

/// Where a worker writes its reduced columns: blocks of memory that are given back together, when
/// the dimension is done, because other workers may still read a column that has been replaced.
///
/// Sendable: handed to one worker, and only freed by whoever lets go of the table.
final class ColumnArena<Entry: ColumnEntry>: @unchecked Sendable {
    private static var firstBlockBytes: Int { 1 << 11 }
    private static var largestBlockBytes: Int { 1 << 16 }
    private var blocks: [(base: UnsafeMutableRawPointer, bytes: Int)] = []
    private var free: UnsafeMutableRawPointer?
    private var remaining = 0
    private let memory: MemoryAccount

    init(memory: MemoryAccount) { self.memory = memory }

    deinit {
        for block in blocks {
            block.base.deallocate()
            memory.release(block.bytes)
        }
    }

    func store(
        column: Entry.Key, pivot: Entry, terms: UnsafeBufferPointer<Entry>
    ) throws(HomologyError) -> UnsafeMutablePointer<ReducedColumn<Entry>> {
        let record = try take(MemoryLayout<ReducedColumn<Entry>>.stride)
            .bindMemory(to: ReducedColumn<Entry>.self, capacity: 1)
        let copy = try take(terms.count * MemoryLayout<Entry>.stride)
            .bindMemory(to: Entry.self, capacity: terms.count)
        if let base = terms.baseAddress { copy.update(from: base, count: terms.count) }
        record.initialize(
            to: ReducedColumn(column: column, pivot: pivot, terms: copy, termCount: terms.count))
        return record
    }

    /// An empty table for the columns of the block of `rank`, at most `capacity`.
    func makeBlock(
        rank: UInt32, capacity: Int
    ) throws(HomologyError) -> UnsafeMutablePointer<BlockColumns<Entry>> {
        typealias Column = BlockColumns<Entry>.Column
        var size = 2
        while size < 2 * capacity { size *= 2 }
        let slots = try take(size * MemoryLayout<Column?>.stride)
            .bindMemory(to: Column?.self, capacity: size)
        slots.initialize(repeating: nil, count: size)
        let record = try take(MemoryLayout<BlockColumns<Entry>>.stride)
            .bindMemory(to: BlockColumns<Entry>.self, capacity: 1)
        record.initialize(to: BlockColumns(rank: rank, slots: slots, mask: size - 1))
        return record
    }

    private func take(_ bytes: Int) throws(HomologyError) -> UnsafeMutableRawPointer {
        let rounded = (bytes + 15) & ~15
        if rounded > remaining || free == nil {
            let usual = min(Self.firstBlockBytes << min(2 * blocks.count, 8), Self.largestBlockBytes)
            let size = max(rounded, usual)
            do { try memory.reserve(size) } catch { throw .memory(error) }
            let base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
            blocks.append((base, size))
            free = base
            remaining = size
        }
        guard let place = free else { return UnsafeMutableRawPointer(bitPattern: 16).unsafelyUnwrapped }
        free = place + rounded
        remaining -= rounded
        return place
    }
}
