/// Positions along Hilbert's curve, by Skilling's transposition of coordinates (Programming the
/// Hilbert Curve, 2004): neighbours on the curve are neighbours in space.
enum HilbertCurve {
    /// Bits for each coordinate; 32 bits together in the plane, 30 in space.
    static let planeBits = 16
    static let spaceBits = 10

    /// The position of a cell, `x` and `y` below 2¹⁶.
    @inline(__always)
    static func position(_ x: UInt32, _ y: UInt32) -> UInt32 {
        var (x, y) = (x, y)
        var bit: UInt32 = 1 << UInt32(planeBits - 1)
        while bit > 1 {
            let low = bit &- 1
            if x & bit != 0 { x ^= low }
            if y & bit != 0 {
                x ^= low
            } else {
                let t = (x ^ y) & low
                x ^= t
                y ^= t
            }
            bit >>= 1
        }
        y ^= x
        var t: UInt32 = 0
        bit = 1 << UInt32(planeBits - 1)
        while bit > 1 {
            if y & bit != 0 { t ^= bit &- 1 }
            bit >>= 1
        }
        x ^= t
        y ^= t
        return spread2(x) << 1 | spread2(y)
    }

    /// The position of a cell, each coordinate below 2¹⁰.
    @inline(__always)
    static func position(_ x: UInt32, _ y: UInt32, _ z: UInt32) -> UInt32 {
        var (x, y, z) = (x, y, z)
        var bit: UInt32 = 1 << UInt32(spaceBits - 1)
        while bit > 1 {
            let low = bit &- 1
            if x & bit != 0 { x ^= low }
            if y & bit != 0 {
                x ^= low
            } else {
                let t = (x ^ y) & low
                x ^= t
                y ^= t
            }
            if z & bit != 0 {
                x ^= low
            } else {
                let t = (x ^ z) & low
                x ^= t
                z ^= t
            }
            bit >>= 1
        }
        y ^= x
        z ^= y
        var t: UInt32 = 0
        bit = 1 << UInt32(spaceBits - 1)
        while bit > 1 {
            if z & bit != 0 { t ^= bit &- 1 }
            bit >>= 1
        }
        x ^= t
        y ^= t
        z ^= t
        return spread3(x) << 2 | spread3(y) << 1 | spread3(z)
    }

    /// Puts a zero between the 16 lower bits.
    @inline(__always)
    private static func spread2(_ v: UInt32) -> UInt32 {
        var v = v
        v = (v | v << 8) & 0x00ff_00ff
        v = (v | v << 4) & 0x0f0f_0f0f
        v = (v | v << 2) & 0x3333_3333
        return (v | v << 1) & 0x5555_5555
    }

    /// Puts two zeros between the 10 lower bits.
    @inline(__always)
    private static func spread3(_ v: UInt32) -> UInt32 {
        var v = v
        v = (v | v << 16) & 0x0300_00ff
        v = (v | v << 8) & 0x0300_f00f
        v = (v | v << 4) & 0x030c_30c3
        return (v | v << 2) & 0x0924_9249
    }
}
