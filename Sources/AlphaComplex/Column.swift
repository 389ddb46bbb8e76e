import Delaunay
import Hardware

/// The boundary of a triangle as a chain of critical edges, from the last edge, whose coefficient is 1,
/// backwards. It does not change, and is there as long as the arena that it stands in.
struct Column: BitwiseCopyable {
    /// The triangle's place above the number of terms; then the terms.
    private let start: UnsafePointer<UInt64>

    fileprivate init(start: UnsafePointer<UInt64>) { self.start = start }

    /// As a number other than 0.
    var bits: UInt { UInt(bitPattern: start) }

    /// Nil for 0.
    init?(bits: UInt) {
        guard let start = UnsafePointer<UInt64>(bitPattern: bits) else { return nil }
        self.start = start
    }

    var triangle: Int { Int(start[0] >> 32) }
    var terms: UnsafeBufferPointer<Term> {
        UnsafeBufferPointer(start: start + 1, count: Int(start[0] & 0xffff_ffff))
    }
    /// The last edge.
    var pivot: Int { start[1].place }
}

/// Where one thread keeps its columns.
struct ColumnArena: ~Copyable {
    private static let firstBlock = 1 << 12
    private static let largestBlock = 1 << 17

    private let account: MemoryAccount
    private var blocks: [Block] = []
    private var left = 0

    private final class Block {
        let words: FlatArray<UInt64>
        init(_ capacity: Int, _ account: MemoryAccount) throws(DelaunayError) {
            words = try FlatArray(capacity: capacity, account: account)
        }
    }

    init(_ account: MemoryAccount) { self.account = account }

    /// - Parameter terms: one at least.
    mutating func keep(_ terms: UnsafeBufferPointer<Term>, of triangle: Int) throws(DelaunayError) -> Column {
        let size = terms.count + 1
        if size > left {
            let capacity = min(Self.firstBlock << blocks.count, Self.largestBlock)
            blocks.append(try Block(max(size, capacity), account))
            left = blocks[blocks.count - 1].words.capacity
        }
        let block = blocks[blocks.count - 1]
        let start = block.words.base + (block.words.capacity - left)
        left -= size
        start[0] = UInt64(triangle) << 32 | UInt64(terms.count)
        for index in 0..<terms.count { start[index + 1] = terms[index] }
        return Column(start: start)
    }
}
