/// The shortest decimal that tells a `Float` from every other one: what `description` spells out, in a few
/// multiplications.
///
/// A decimal with k digits after the point does so when it lies between the middles of the value and its neighbours.
/// These middles are doubles, and products with powers of ten are right to 2⁻⁵³, which nearly always decides.
struct ShortDecimal {
    /// The decimal is `digits` / 10^`decimals`.
    private var digits: UInt64
    private var decimals: Int
    /// What stands before the point.
    private let whole: UInt32

    /// What a decimal takes at the most when it is written.
    static let longest = 20

    /// Nil for what is not between 2⁻¹⁰ and 2²⁰, and where products do not decide.
    init?(_ value: Float) {
        // At a power of two one neighbour is nearer: the best decimal need not be the one next to the value.
        guard value >= 0x1p-10, value < 0x1p20, value.significandBitPattern != 0 else { return nil }
        let bits = value.bitPattern
        let exact = Double(value)
        let below = (exact + Double(Float(bitPattern: bits &- 1))) / 2
        let above = (exact + Double(Float(bitPattern: bits &+ 1))) / 2

        /// With that many decimals: the best digits, nil where the best are not good enough.
        func attempt(_ decimals: Int) -> (isDecided: Bool, digits: UInt64?) {
            let power = DecimalDigits.powersOfTen[decimals]
            let scaled = exact * power
            // To the nearest whole number: beyond 2⁵² there are no others.
            let nearest = (scaled + 0x1p52) - 0x1p52
            let slack = nearest * 0x1p-51
            let (low, high) = (below * power, above * power)
            guard abs(scaled - nearest) < 0.49999 else { return (false, nil) }
            if nearest > low + slack, nearest < high - slack { return (true, UInt64(nearest)) }
            return (nearest < low - slack || nearest > high + slack, nil)
        }

        // Enough for any float of its size; one or two fewer do for most.
        var decimals = Self.enough[Int(bits >> 23) &- (127 - 10)]
        var digits: UInt64?
        while decimals > 0 {
            let (isDecided, fewer) = attempt(decimals - 1)
            guard isDecided else { return nil }
            guard let fewer else { break }
            digits = fewer
            decimals -= 1
        }
        guard let digits = digits ?? attempt(decimals).digits else { return nil }
        self.digits = digits
        self.decimals = decimals
        whole = UInt32(value)
    }

    /// Writes it as `description` does: `0.1`, `12.0`. Up to `longest` bytes from `start` may be overwritten.
    ///
    /// - Returns: the offset behind it.
    @inline(__always)
    func write(to text: UnsafeMutableBufferPointer<UInt8>, at start: Int) -> Int {
        var end = start
        if whole < 10 {
            Self.write(whole, to: text, &end)
        } else {
            for power in (0...6).reversed() where whole >= Self.wholePowersOfTen[power] {
                Self.write(whole / Self.wholePowersOfTen[power] % 10, to: text, &end)
            }
        }
        text[end] = UInt8(ascii: ".")
        end &+= 1

        let fraction = digits &- UInt64(whole) &* UInt64(DecimalDigits.powersOfTen[decimals])
        var (first, rest) = UInt32(truncatingIfNeeded: fraction).quotientAndRemainder(dividingBy: 100_000_000)
        var count = max(decimals, 1)
        if count > 8 {
            // Ten are the most.
            if count > 9 { Self.write(first / 10, to: text, &end) }
            Self.write(first % 10, to: text, &end)
            count = 8
        } else {
            rest &*= Self.wholePowersOfTen[8 &- count]
        }
        UnsafeMutableRawBufferPointer(text).storeBytes(
            of: Self.eightDigits(rest).littleEndian, toByteOffset: end, as: UInt64.self)
        return end &+ count
    }

    @inline(__always)
    private static func write(_ digit: UInt32, to text: UnsafeMutableBufferPointer<UInt8>, _ end: inout Int) {
        text[end] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
        end &+= 1
    }

    /// The digits of a number below 10⁸, the first one lowest: it is halved thrice, all parts at a time.
    @inline(__always)
    private static func eightDigits(_ number: UInt32) -> UInt64 {
        let (high, low) = number.quotientAndRemainder(dividingBy: 10_000)
        let fours = UInt64(high) | UInt64(low) << 32
        let hundreds = (fours &* 5243) >> 19 & 0x0000_007F_0000_007F
        let pairs = hundreds | (fours &- hundreds &* 100) << 16
        let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
        return (tens | (pairs &- tens &* 10) << 8) | 0x3030_3030_3030_3030
    }

    private static let wholePowersOfTen: [UInt32] = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
    ]

    /// Decimals whose distance is below that of the floats from 2^(index − 10) on: ⌈(33 − index) · log₁₀ 2⌉.
    private static let enough = [
        10, 10, 10, 10, 9, 9, 9, 8, 8, 8, 7, 7, 7, 7, 6, 6, 6, 5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 2, 2, 2,
    ]
}
