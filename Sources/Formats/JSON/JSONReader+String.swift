extension JSONReader {
    /// A string, its escapes resolved.
    package mutating func string(at place: @autoclosure () -> String) throws(JSONError) -> String {
        guard accept(UInt8(ascii: "\"")) else { throw try mismatch(.string, place()) }
        let start = position
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                let text = try decode(bytes(from: start, to: position), startingAt: start)
                advance()
                return text
            case UInt8(ascii: "\\"):
                return try stringWithEscapes(from: start)
            case 0..<0x20:
                throw syntax("a character of a string (control characters are written \\u00XX)")
            default: advance()
            }
        }
        throw syntax("the closing quote of a string")
    }

    /// Continues a string at its first backslash.
    private mutating func stringWithEscapes(from start: Int) throws(JSONError) -> String {
        var text: [UInt8] = Array(bytes(from: start, to: position))
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                let result = try decode(text, startingAt: start)
                advance()
                return result
            case UInt8(ascii: "\\"):
                advance()
                try escape(into: &text)
            case 0..<0x20:
                throw syntax("a character of a string (control characters are written \\u00XX)")
            default:
                text.append(byte)
                advance()
            }
        }
        throw syntax("the closing quote of a string")
    }

    /// Reads what follows a backslash.
    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let letter = peek else { throw syntax("an escaped character") }
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            advance()
            let scalar = try escapedScalar()
            text.append(contentsOf: String(Character(scalar)).utf8)
            return
        default: throw syntax("one of \" \\ / b f n r t u after a backslash")
        }
        advance()
    }

    /// Reads the four hexadecimal digits after `\u`, and the second half of a surrogate pair with them.
    private mutating func escapedScalar() throws(JSONError) -> UnicodeScalar {
        let start = position
        let first = try fourHexDigits()
        var value = UInt32(first)
        if UTF16.isLeadSurrogate(first) {
            guard peek == UInt8(ascii: "\\") else { throw syntax("the second half of a surrogate pair") }
            advance()
            guard peek == UInt8(ascii: "u") else { throw syntax("the second half of a surrogate pair") }
            advance()
            let second = try fourHexDigits()
            guard UTF16.isTrailSurrogate(second) else {
                throw .malformed("half a surrogate pair in a string", at: start)
            }
            value = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
        }
        guard let scalar = UnicodeScalar(value) else {
            throw .malformed("half a surrogate pair in a string", at: start)
        }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
                throw syntax("four hexadecimal digits after \\u")
            }
            value = value << 4 | UInt16(digit)
            advance()
        }
        return value
    }

    private func decode(
        _ bytes: some Sequence<UInt8>, startingAt offset: Int
    ) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("a string is not valid UTF-8", at: offset)
        }
        return text
    }
}
