/// An integer that names a simplex: 64 bits where they suffice, 128 beyond.
typealias SimplexKey = FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable

/// Packs simplices of dimension k ≥ 1 into integers whose order is the filtration's.
///
/// From the top: the rank of the longest edge, then the other k − 1 vertices as digits in decreasing
/// order. In the digits of a block its pivot vertex p is 0 and every other vertex v is v + 1, so that
/// inside a block simplices stand in colexicographic order with p as the smallest vertex. Therefore
/// adding p to a simplex without it is a shift by one digit, and p ∈ σ reads "the last digit is 0".
struct SimplexCodec<Key: SimplexKey>: Sendable {
    /// Bits in a digit.
    let bits: Int
    let digitMask: Key

    /// Bits that simplices of dimension `dimension` need among `vertexCount` vertices and
    /// `edgeCount` edges.
    static func width(vertexCount: Int, edgeCount: Int, dimension: Int) -> Int {
        bitWidth(edgeCount) + bitWidth(vertexCount) * max(dimension - 1, 0)
    }

    private static func bitWidth(_ number: Int) -> Int { Int.bitWidth - number.leadingZeroBitCount }

    init(vertexCount: Int) {
        bits = Self.bitWidth(vertexCount)
        digitMask = (1 << Key(bits)) - 1
    }

    /// The rank of the longest edge of a simplex of dimension `dimension`.
    @inline(__always)
    func rank(_ key: Key, dimension: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: key &>> Key(truncatingIfNeeded: bits &* (dimension &- 1)))
    }

    /// Whether the block's pivot vertex is among the digits; for dimension ≥ 2.
    @inline(__always)
    func containsPivot(_ key: Key) -> Bool { key & digitMask == 0 }

    @inline(__always)
    func removingPivot(_ key: Key) -> Key { key &>> Key(truncatingIfNeeded: bits) }

    /// The triangle of the edge of rank `rank` and `vertex`, which is not the block's pivot.
    func triangle(rank: UInt32, vertex: UInt32) -> Key {
        Key(truncatingIfNeeded: rank) << Key(bits) | Key(truncatingIfNeeded: vertex + 1)
    }
}
