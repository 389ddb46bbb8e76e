/// A set of few vertices, as a value.
protocol SmallSet: BitwiseCopyable {
    /// Members are below.
    static var capacity: UInt32 { get }

    init()
    var isEmpty: Bool { get }
    /// The least member of a set that has any.
    var first: UInt32 { get }
    /// Adds or removes a vertex that may be in it.
    mutating func toggle(_ v: UInt32)
    func intersection(_ other: Self) -> Self
    func subtracting(_ other: Self) -> Self
    mutating func formUnion(_ other: Self)
}

/// Of vertices below 64.
extension UInt64: SmallSet {
    static var capacity: UInt32 { 64 }

    @inline(__always)
    var isEmpty: Bool { self == 0 }

    @inline(__always)
    var first: UInt32 { UInt32(truncatingIfNeeded: trailingZeroBitCount) }

    @inline(__always)
    mutating func toggle(_ v: UInt32) { self ^= 1 &<< UInt64(v) }

    @inline(__always)
    func intersection(_ other: UInt64) -> UInt64 { self & other }

    @inline(__always)
    func subtracting(_ other: UInt64) -> UInt64 { self & ~other }

    @inline(__always)
    mutating func formUnion(_ other: UInt64) { self |= other }
}

/// Of twice as many vertices.
struct Twice<Half: SmallSet>: SmallSet {
    private var low = Half()
    private var high = Half()

    static var capacity: UInt32 { 2 * Half.capacity }

    init() {}

    @inline(__always)
    private init(_ low: Half, _ high: Half) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    var isEmpty: Bool { low.isEmpty && high.isEmpty }

    @inline(__always)
    var first: UInt32 {
        // Selected, not branched to: nobody can foretell which half it is.
        let isHigh = low.isEmpty
        return (isHigh ? high : low).first | (isHigh ? Half.capacity : 0)
    }

    @inline(__always)
    mutating func toggle(_ v: UInt32) {
        if v < Half.capacity { low.toggle(v) } else { high.toggle(v ^ Half.capacity) }
    }

    @inline(__always)
    func intersection(_ other: Twice) -> Twice {
        Twice(low.intersection(other.low), high.intersection(other.high))
    }

    @inline(__always)
    func subtracting(_ other: Twice) -> Twice {
        Twice(low.subtracting(other.low), high.subtracting(other.high))
    }

    @inline(__always)
    mutating func formUnion(_ other: Twice) {
        low.formUnion(other.low)
        high.formUnion(other.high)
    }
}
