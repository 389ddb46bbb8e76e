/// Reads numbers and what stands between them from text, front to back.
///
/// Bytes are touched only through `peek` and `slice`, which check bounds: the text comes from outside.
struct TextScanner {
    private let text: UnsafeRawBufferPointer
    private(set) var position = 0

    /// - Parameter text: must outlive the scanner. A byte order mark at its start is passed over.
    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    @inline(__always)
    var peek: UInt8? { position < text.count ? text[position] : nil }

    var isAtEnd: Bool { position >= text.count }

    @inline(__always)
    mutating func advance() { position &+= 1 }

    /// Passes over spaces, tabs and carriage returns.
    @inline(__always)
    mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0D { advance() }
    }

    mutating func skipLine() {
        while let byte = peek, byte != .lineFeed { advance() }
    }

    /// Goes to the first byte of the next line with something in it but blanks and a comment, which
    /// starts with `#`. False at the end of the text.
    mutating func nextLine() -> Bool {
        while true {
            skipBlanks()
            switch peek {
            case nil: return false
            case .lineFeed?: advance()
            case UInt8(ascii: "#")?: skipLine()
            default: return true
            }
        }
    }

    /// A number in decimal digits, or `inf`, `infinity` or `nan` in any case, up to a blank, a comma, a
    /// semicolon or the end; nil, and the scanner stays, when there is none.
    mutating func number() -> Double? {
        let start = position
        if let value = readNumber(), endsField(peek) { return value }
        position = start
        return nil
    }

    /// A whole number ≥ 0 of at most ten digits, ended like `number`.
    mutating func index() -> Int? {
        let start = position
        var value = 0
        while position - start < 10, let digit = nextDigit() { value = value * 10 + Int(digit) }
        if position > start, endsField(peek) { return value }
        position = start
        return nil
    }

    /// The error for something else than `wanted` at the scanner's position.
    func found(insteadOf wanted: String) -> TextError {
        var end = position
        while end < text.count, !endsField(text[end]) { end += 1 }
        let shown: String
        switch peek {
        case nil: shown = "the end of the file"
        case .lineFeed?: shown = "the end of the line"
        case let byte? where end == position: shown = "'\(UnicodeScalar(byte))'"
        case let byte?:
            let field = text[position..<min(end, position + 32)]
            if let word = String(validating: field, as: UTF8.self), word.allSatisfy(\.isPrintable) {
                shown = "\"\(word)\(end > position + 32 ? "…" : "")\""
            } else {
                shown = "the byte 0x\(String(byte, radix: 16))"
            }
        }
        return TextError("expected \(wanted), found \(shown)", at: position)
    }

    // MARK: Inside a number

    private mutating func readNumber() -> Double? {
        let start = position
        let isNegative = peek == UInt8(ascii: "-")
        if isNegative || peek == UInt8(ascii: "+") { advance() }

        var digits = DecimalDigits()
        let firstDigit = position
        while let digit = nextDigit() { digits.append(digit) }
        var count = position - firstDigit
        if peek == UInt8(ascii: ".") {
            advance()
            let firstDecimal = position
            while let digit = nextDigit() { digits.appendFraction(digit) }
            count += position - firstDecimal
        }
        guard count > 0 else {
            position = firstDigit
            return readWord().map { isNegative ? -$0 : $0 }
        }
        if let byte = peek, byte | 0x20 == UInt8(ascii: "e") {
            guard let exponent = readExponent() else { return nil }
            digits.exponent += exponent
        }
        if let value = digits.nearestDouble() { return isNegative ? -value : value }
        return DecimalDigits.parseSlowly(UnsafeRawBufferPointer(rebasing: text[start..<position]))
    }

    /// Reads `e`, a sign and digits. Beyond ±100,000 nothing changes any more.
    private mutating func readExponent() -> Int? {
        advance()
        let isNegative = peek == UInt8(ascii: "-")
        if isNegative || peek == UInt8(ascii: "+") { advance() }
        let start = position
        var value = 0
        while let digit = nextDigit() { value = min(value * 10 + Int(digit), 100_000) }
        guard position > start else { return nil }
        return isNegative ? -value : value
    }

    private mutating func readWord() -> Double? {
        let start = position
        while let byte = peek, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) { advance() }
        switch String(decoding: text[start..<position], as: UTF8.self).lowercased() {
        case "inf", "infinity": return .infinity
        case "nan": return .nan
        default: return nil
        }
    }

    @inline(__always)
    private mutating func nextDigit() -> UInt8? {
        guard let byte = peek else { return nil }
        let digit = byte &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        advance()
        return digit
    }

    @inline(__always)
    private func endsField(_ byte: UInt8?) -> Bool {
        switch byte {
        case nil, 0x20, 0x09, 0x0D, .lineFeed, UInt8(ascii: ","), UInt8(ascii: ";"): true
        default: false
        }
    }
}

extension UInt8 {
    static let lineFeed = UInt8(ascii: "\n")

    /// Whether it may stand between two numbers of a row besides blanks.
    var isSeparator: Bool { self == UInt8(ascii: ",") || self == UInt8(ascii: ";") }
}

extension Character {
    fileprivate var isPrintable: Bool {
        unicodeScalars.allSatisfy {
            !$0.properties.isDefaultIgnorableCodePoint && $0.value >= 0x20 && $0.value != 0x7F
        }
    }
}
