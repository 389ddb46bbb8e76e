import Glibc

/// The digits of a decimal number as they are read: `significand` × 10^`exponent`.
struct DecimalDigits {
    private var significand: UInt64 = 0
    /// Significant digits taken so far; more than 19 do not fit.
    private var count = 0
    var exponent = 0

    @inline(__always)
    mutating func append(_ digit: UInt8) {
        if count > 0 || digit != 0 { count &+= 1 }
        significand = significand &* 10 &+ UInt64(digit)
    }

    @inline(__always)
    mutating func appendFraction(_ digit: UInt8) {
        append(digit)
        exponent &-= 1
    }

    /// The nearest double (ties to even), or nil where this exact short cut does not reach: more than
    /// 19 digits, or an exponent outside −27…0.
    @inline(__always)
    func nearestDouble() -> Double? {
        guard count <= 19, exponent <= 0, exponent >= -27 else { return nil }
        return Self.nearestDouble(significand, tenTo: -exponent)
    }

    /// `significand` / 10^`exponent` rounded to nearest, ties to even. The exponent is 0 to 27.
    @inline(__always)
    static func nearestDouble(_ significand: UInt64, tenTo exponent: Int) -> Double {
        quotient(significand, tenTo: exponent) ?? longQuotient(significand, tenTo: exponent)
    }

    /// significand / 10^q = (significand / 5^q) · 2^−q. The quotient is taken with a 64-bit result and
    /// its remainder, which together decide the rounding exactly; 5^27 is the last power below 2^64.
    @inline(never)
    private static func longQuotient(_ significand: UInt64, tenTo exponent: Int) -> Double {
        if significand == 0 { return 0 }
        if exponent == 0 { return Double(significand) }
        let divisor = powersOfFive[exponent]
        // Shift both to the top bit, so the quotient has 64 or 65 significant bits; halving the
        // numerator keeps it below the divisor, as the division needs.
        let shiftUp = significand.leadingZeroBitCount
        let divisorShift = divisor.leadingZeroBitCount
        let numerator = (significand << UInt64(shiftUp)) >> 1
        let lostBit = (significand << UInt64(shiftUp)) & 1
        let (quotient, remainder) = (divisor << UInt64(divisorShift))
            .dividingFullWidth((numerator, lostBit << 63))
        // quotient = floor(numerator · 2^64 / divisor): 63 or 64 significant bits, more than the 53 + 1
        // that rounding needs, so a remainder may stand in the last bit.
        let sticky = quotient | (remainder == 0 ? 0 : 1)
        let scale = divisorShift - exponent - 63 - shiftUp
        // −153 ≤ scale ≤ 0, so 2^scale is a normal number and the product exact.
        let powerOfTwo = Double(bitPattern: UInt64(bitPattern: Int64(1023 + scale)) << 52)
        return Double(sticky) * powerOfTwo
    }

    /// `significand` / 10^`exponent` rounded to nearest, nil where not both are exact as doubles, so that a division
    /// rounds once (W. D. Clinger, 1990): they are in nearly all that people write.
    @inline(__always)
    private static func quotient(_ significand: UInt64, tenTo exponent: Int) -> Double? {
        guard significand < 1 << 53, exponent < powersOfTen.count else { return nil }
        return Double(significand) / powersOfTen[exponent]
    }

    /// Those that are exact as doubles.
    static let powersOfTen = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
        1e19, 1e20, 1e21, 1e22,
    ]

    private static let powersOfFive: [UInt64] = {
        var powers: [UInt64] = [1]
        while powers.count <= 27 { powers.append(powers[powers.count - 1] * 5) }
        return powers
    }()

    /// What `nearestDouble` would say of `text`, a number in decimal digits, for any of them: through the
    /// C library.
    static func parseSlowly(_ text: UnsafeRawBufferPointer) -> Double {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.count + 1) { copy in
            for (index, byte) in text.enumerated() { copy[index] = CChar(bitPattern: byte) }
            copy[text.count] = 0
            guard let start = copy.baseAddress else { return 0 }
            return strtod(start, nil)
        }
    }
}
