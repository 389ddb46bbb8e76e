extension JSONReader {
    /// A finite number, rounded to nearest.
    @inline(__always)
    package mutating func number(at place: @autoclosure () -> String) throws(JSONError) -> Double {
        skipBlanks()
        if var plain = PlainNumber(text, from: position), let value = plain.number() {
            position = plain.position
            return value
        }
        return try anyNumber(at: place())
    }

    private mutating func anyNumber(at place: @autoclosure () -> String) throws(JSONError) -> Double {
        let start = position
        let negative = peek == UInt8(ascii: "-")
        if negative { advance() }

        var digits = DecimalDigits()
        let integerStart = position
        while let digit = nextDigit() {
            digits.append(digit)
            advance()
        }
        let integerLength = position - integerStart
        guard integerLength > 0 else { throw try notANumber(place(), since: start) }
        if integerLength > 1, bytes(from: integerStart, to: integerStart + 1)[0] == UInt8(ascii: "0") {
            throw .malformed("a number starts with a needless 0", at: integerStart)
        }
        if peek == UInt8(ascii: ".") {
            advance()
            let fractionStart = position
            while let digit = nextDigit() {
                digits.appendFraction(digit)
                advance()
            }
            guard position > fractionStart else { throw syntax("a digit after '.'") }
        }
        if let byte = peek, byte | 0x20 == UInt8(ascii: "e") {
            digits.exponent += try exponent()
        }

        if let exact = digits.nearestDouble() { return negative ? -exact : exact }
        let value = DecimalDigits.parseSlowly(bytes(from: start, to: position))
        guard value.isFinite else {
            position = start
            throw .notFinite(place: place())
        }
        return value
    }

    /// An integer; `2.0` counts as one, as many encoders write whole floats so.
    package mutating func integer(at place: @autoclosure () -> String) throws(JSONError) -> Int {
        skipBlanks()
        let start = position
        let value = try number(at: place())
        guard let integer = Int(exactly: value) else {
            let text = String(decoding: bytes(from: start, to: position), as: UTF8.self)
            throw .notAnInteger(place: place(), text: String(text.prefix(32)))
        }
        return integer
    }

    @inline(__always)
    private func nextDigit() -> UInt8? {
        guard let byte = peek else { return nil }
        let digit = byte &- UInt8(ascii: "0")
        return digit < 10 ? digit : nil
    }

    /// Reads `e`, a sign and digits. Saturates: beyond ±100,000 nothing changes any more.
    private mutating func exponent() throws(JSONError) -> Int {
        advance()
        let negative = peek == UInt8(ascii: "-")
        if negative || peek == UInt8(ascii: "+") { advance() }
        guard nextDigit() != nil else { throw syntax("a digit of the exponent") }
        var value = 0
        while let digit = nextDigit() {
            if value < 100_000 { value = value * 10 + Int(digit) }
            advance()
        }
        return negative ? -value : value
    }

    /// The error where no digit came: NaN and the infinities by name, another kind of value, or no JSON.
    private mutating func notANumber(_ place: String, since start: Int) throws(JSONError) -> JSONError {
        if peek == UInt8(ascii: "N") {
            try word("NaN")
            position = start
            return .notFinite(place: place)
        }
        if peek == UInt8(ascii: "I") {
            try word("Infinity")
            position = start
            return .notFinite(place: place)
        }
        guard position == start else { return syntax("a digit") }
        return try mismatch(.number, place)
    }
}
