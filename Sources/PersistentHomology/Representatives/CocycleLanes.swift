/// The values of several cochains at one simplex, side by side.
protocol CocycleLanes: BitwiseCopyable, Sendable {
    /// How many cochains; at most 64.
    static var count: Int { get }
    static var zero: Self { get }

    subscript(lane: Int) -> UInt32 { get set }
    func adding(_ other: Self, _ field: PrimeField) -> Self
    func subtracting(_ other: Self, _ field: PrimeField) -> Self
    /// A bit for each lane that is not zero.
    var nonzero: UInt64 { get }
}

/// Over Z/2 a value is a bit.
struct BinaryLanes: CocycleLanes {
    private var bits: UInt64

    static var count: Int { 64 }
    static var zero: BinaryLanes { BinaryLanes(bits: 0) }

    @inline(__always)
    subscript(lane: Int) -> UInt32 {
        get { UInt32(truncatingIfNeeded: bits &>> UInt64(lane) & 1) }
        set { bits = bits & ~(1 &<< UInt64(lane)) | UInt64(newValue & 1) &<< UInt64(lane) }
    }

    @inline(__always)
    func adding(_ other: BinaryLanes, _: PrimeField) -> BinaryLanes { BinaryLanes(bits: bits ^ other.bits) }
    @inline(__always)
    func subtracting(_ other: BinaryLanes, _: PrimeField) -> BinaryLanes {
        BinaryLanes(bits: bits ^ other.bits)
    }
    @inline(__always)
    var nonzero: UInt64 { bits }
}

/// Over Z/p, p < 2¹⁵, values 0 ..< p; a sum of two fits 16 bits.
struct PrimeLanes: CocycleLanes {
    private var values: SIMD8<UInt16>

    static var count: Int { 8 }
    static var zero: PrimeLanes { PrimeLanes(values: .zero) }

    @inline(__always)
    subscript(lane: Int) -> UInt32 {
        get { UInt32(values[lane]) }
        set { values[lane] = UInt16(truncatingIfNeeded: newValue) }
    }

    @inline(__always)
    func adding(_ other: PrimeLanes, _ field: PrimeField) -> PrimeLanes {
        PrimeLanes(values: Self.reduced(values &+ other.values, field))
    }

    @inline(__always)
    func subtracting(_ other: PrimeLanes, _ field: PrimeField) -> PrimeLanes {
        let modulus = SIMD8<UInt16>(repeating: UInt16(truncatingIfNeeded: field.modulus))
        return PrimeLanes(values: Self.reduced(values &+ (modulus &- other.values), field))
    }

    /// From 0 ..< 2p to 0 ..< p.
    @inline(__always)
    private static func reduced(_ sum: SIMD8<UInt16>, _ field: PrimeField) -> SIMD8<UInt16> {
        let modulus = SIMD8<UInt16>(repeating: UInt16(truncatingIfNeeded: field.modulus))
        return sum.replacing(with: sum &- modulus, where: sum .>= modulus)
    }

    @inline(__always)
    var nonzero: UInt64 {
        var bits: UInt64 = 0
        for lane in 0..<Self.count where values[lane] != 0 { bits |= 1 &<< UInt64(lane) }
        return bits
    }
}
