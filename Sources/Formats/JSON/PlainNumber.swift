/// Numbers as nearly all are written: without an exponent, and with no more digits than fit a word. What is not read
/// here is read by `JSONReader.number`, which finds what is wrong with it, if anything is.
///
/// Reads memory without the checks of `peek`: every load stands behind a comparison with `end`.
struct PlainNumber {
    private let start: UnsafeRawPointer
    private let end: Int
    /// The offset of the next byte to read.
    private(set) var position: Int

    /// Nil where there is no text at all.
    @inline(__always)
    init?(_ text: UnsafeRawBufferPointer, from position: Int) {
        guard let start = text.baseAddress, position >= 0 else { return nil }
        self.start = start
        self.position = position
        end = text.count
    }

    /// Reads one. Nil where there is none, and the position is nowhere in particular then.
    @inline(__always)
    mutating func number() -> Double? {
        let isNegative = accept(UInt8(ascii: "-"))
        let startsWithZero = next == UInt8(ascii: "0")
        let first = position
        var significand: UInt64 = 0
        while let digit = next.map({ $0 &- UInt8(ascii: "0") }), digit < 10 {
            significand = significand &* 10 &+ UInt64(digit)
            position &+= 1
        }
        let wholeCount = position &- first
        guard wholeCount > 0, wholeCount == 1 || !startsWithZero else { return nil }
        var decimalCount = 0
        if accept(UInt8(ascii: ".")) {
            decimalCount = decimals(into: &significand)
            guard decimalCount > 0 else { return nil }
        }
        // Nineteen digits fit the significand.
        guard wholeCount &+ decimalCount <= 19, next.map({ $0 | 0x20 != UInt8(ascii: "e") }) ?? true
        else { return nil }
        let value = DecimalDigits.nearestDouble(significand, tenTo: decimalCount)
        return isNegative ? -value : value
    }

    /// Reads `[…]` with one or more of them.
    ///
    /// - Returns: how many were appended to `values`, in which nothing is changed where it is nil: there is something
    ///   else.
    mutating func row(into values: inout [Double]) -> Int? {
        let before = values.count
        skipBlanks()
        guard accept(UInt8(ascii: "[")) else { return nil }
        repeat {
            skipBlanks()
            guard let value = number() else {
                values.removeSubrange(before...)
                return nil
            }
            values.append(value)
            skipBlanks()
        } while accept(UInt8(ascii: ","))
        guard accept(UInt8(ascii: "]")) else {
            values.removeSubrange(before...)
            return nil
        }
        return values.count - before
    }

    /// Reads further rows, each after a comma and of exactly `width` numbers, as encoders write them: with at most a
    /// blank after each comma.
    ///
    /// - Returns: how many were appended to `values`; the position is behind the last of them.
    mutating func rows(of width: Int, into values: inout [Double]) -> Int {
        // So many at a time that the others' memory is not asked for before they are seen.
        let most = max(1, 256 / max(width, 1))
        var count = 0
        var isFull = true
        while isFull {
            values.append(addingCapacity: most * width) { span in
                var read = 0
                while read < most, row(of: width, into: &span) { read += 1 }
                count += read
                isFull = read == most
            }
        }
        return count
    }

    /// Reads a comma and a row; false, and nothing has changed, where there is something else.
    @inline(__always)
    private mutating func row(of width: Int, into values: inout OutputSpan<Double>) -> Bool {
        let (first, before) = (position, values.count)
        if accept(UInt8(ascii: ",")) {
            _ = accept(UInt8(ascii: " "))
            if accept(UInt8(ascii: "[")) {
                while values.count &- before < width, let value = briefNumber() {
                    values.append(value)
                    guard accept(UInt8(ascii: ",")) else { break }
                    _ = accept(UInt8(ascii: " "))
                }
                // Not after a comma.
                if values.count &- before == width,
                    start.load(fromByteOffset: position &- 1, as: UInt8.self) &- 0x30 < 10,
                    accept(UInt8(ascii: "]"))
                {
                    return true
                }
            }
        }
        values.removeLast(values.count &- before)
        position = first
        return false
    }

    /// Reads one with a single digit before the point, without a comparison with the end for each byte. Nil, and the
    /// position stays, for others.
    @inline(__always)
    private mutating func briefNumber() -> Double? {
        guard position &+ 32 <= end else { return nil }
        let isNegative = start.load(fromByteOffset: position, as: UInt8.self) == UInt8(ascii: "-")
        let whole = position &+ (isNegative ? 1 : 0)
        var significand = UInt64(start.load(fromByteOffset: whole, as: UInt8.self) &- UInt8(ascii: "0"))
        guard significand < 10, start.load(fromByteOffset: whole &+ 1, as: UInt8.self) == UInt8(ascii: ".")
        else { return nil }
        let first = whole &+ 2
        var last = first
        repeat {
            let (digits, count) = eightDigits(at: last)
            significand = significand &* Self.powersOfTen[count] &+ digits
            last &+= count
            guard count == 8 else { break }
        } while last &- first < 24
        // Nineteen digits fit the significand. What follows is no part of the number: not an exponent either.
        guard (1...18).contains(last &- first),
            start.load(fromByteOffset: last, as: UInt8.self) | 0x20 != UInt8(ascii: "e")
        else { return nil }
        position = last
        let value = DecimalDigits.nearestDouble(significand, tenTo: last &- first)
        return isNegative ? -value : value
    }

    // MARK: Bytes

    @inline(__always)
    private var next: UInt8? {
        position < end ? start.load(fromByteOffset: position, as: UInt8.self) : nil
    }

    @inline(__always)
    private mutating func accept(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position &+= 1
        return true
    }

    @inline(__always)
    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position &+= 1 }
    }

    /// Reads digits, up to eight at once (D. Lemire, "Number parsing at a gigabyte per second", 2021).
    ///
    /// - Returns: how many.
    @inline(__always)
    private mutating func decimals(into significand: inout UInt64) -> Int {
        let first = position
        while position &+ 8 <= end {
            let (digits, count) = eightDigits(at: position)
            significand = significand &* Self.powersOfTen[count] &+ digits
            position &+= count
            guard count == 8 else { return position &- first }
        }
        while let digit = next.map({ $0 &- UInt8(ascii: "0") }), digit < 10 {
            significand = significand &* 10 &+ UInt64(digit)
            position &+= 1
        }
        return position &- first
    }

    /// What the digits at `place` say, as many as there are, up to eight. Eight bytes must be there.
    @inline(__always)
    private func eightDigits(at place: Int) -> (digits: UInt64, count: Int) {
        let text = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        let values = text ^ 0x3030_3030_3030_3030
        // A bit for what is above nine. A carry goes only to where nothing is looked at any more.
        let others = (values &+ 0x0606_0606_0606_0606 | values) & 0xF0F0_F0F0_F0F0_F0F0
        let count = others.trailingZeroBitCount >> 3
        // The first digit lies lowest: zeros before it, and what follows the last one is shifted out.
        var digits = count == 0 ? 0 : values &<< UInt64(64 &- 8 &* count)
        digits = digits &* 10 &+ digits >> 8
        digits =
            ((digits & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
                &+ (digits >> 16 & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001) >> 32
        return (digits, count)
    }

    private static let powersOfTen: [UInt64] = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
    ]
}
