/// Reads JSON text front to back, a value at a time, without building a tree.
///
/// The caller says what it expects next and where that stands (`place`, a path such as
/// `parameters.max_dimension`), so an error names the place. Bytes are touched only through `peek`
/// and `bytes(from:to:)`, both bounds-checked, and by `PlainNumber`, which checks: the text comes from outside.
package struct JSONReader {
    let text: UnsafeRawBufferPointer
    /// The offset of the next byte to read.
    package internal(set) var position = 0
    /// Arrays and objects deeper than this are refused, as skipping them uses the call stack.
    package static let deepest = 64

    /// - Parameter text: must outlive the reader.
    package init(_ text: UnsafeRawBufferPointer) { self.text = text }

    // MARK: Bytes

    /// The next byte, or nil at the end.
    @inline(__always)
    package var peek: UInt8? { position < text.count ? text[position] : nil }

    @inline(__always)
    package mutating func advance() { position &+= 1 }

    /// The bytes `start..<end`, clamped to the text.
    package func bytes(from start: Int, to end: Int) -> UnsafeRawBufferPointer {
        let upper = min(end, text.count)
        return UnsafeRawBufferPointer(rebasing: text[min(start, upper)..<upper])
    }

    @inline(__always)
    package mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { advance() }
    }

    /// Consumes `byte` if it comes next, after blanks.
    @inline(__always)
    package mutating func accept(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard peek == byte else { return false }
        advance()
        return true
    }

    // MARK: Structure

    /// Reads an object; `member` is called at each value with its key and must consume the value.
    package mutating func object(
        at place: @autoclosure () -> String,
        member: (String, inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try expect(UInt8(ascii: "{"), .object, place())
        if accept(UInt8(ascii: "}")) { return }
        repeat {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw syntax("a key in double quotes") }
            let key = try string(at: "key")
            guard accept(UInt8(ascii: ":")) else { throw syntax("':' after the key \"\(key)\"") }
            try member(key, &self)
        } while accept(UInt8(ascii: ","))
        guard accept(UInt8(ascii: "}")) else { throw syntax("',' or '}'") }
    }

    /// Reads an array; `element` is called at each element with its index and must consume it.
    @inline(__always)
    package mutating func array(
        at place: @autoclosure () -> String,
        element: (Int, inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try expect(UInt8(ascii: "["), .array, place())
        if accept(UInt8(ascii: "]")) { return }
        var index = 0
        repeat {
            try element(index, &self)
            index += 1
        } while accept(UInt8(ascii: ","))
        guard accept(UInt8(ascii: "]")) else { throw syntax("',' or ']'") }
    }

    @inline(__always)
    private mutating func expect(
        _ opening: UInt8, _ kind: JSONKind, _ place: @autoclosure () -> String
    ) throws(JSONError) {
        if accept(opening) { return }
        throw try mismatch(kind, place())
    }

    /// Consumes `null` if it comes next.
    package mutating func acceptNull() throws(JSONError) -> Bool {
        skipBlanks()
        guard peek == UInt8(ascii: "n") else { return false }
        try word("null")
        return true
    }

    package mutating func bool(at place: @autoclosure () -> String) throws(JSONError) -> Bool {
        skipBlanks()
        switch peek {
        case UInt8(ascii: "t"):
            try word("true")
            return true
        case UInt8(ascii: "f"):
            try word("false")
            return false
        default: throw try mismatch(.bool, place())
        }
    }

    /// Consumes the next value, whatever it is.
    package mutating func skip(depth: Int = 0) throws(JSONError) {
        guard depth < Self.deepest else {
            throw .malformed("arrays and objects are nested more than \(Self.deepest) deep", at: position)
        }
        switch try nextKind() {
        case .object:
            try object(at: "") { (_, reader) throws(JSONError) in try reader.skip(depth: depth + 1) }
        case .array:
            try array(at: "") { (_, reader) throws(JSONError) in try reader.skip(depth: depth + 1) }
        case .string: _ = try string(at: "")
        case .number: _ = try number(at: "number")
        case .bool: _ = try bool(at: "")
        case .null: try word("null")
        }
    }

    /// Checks that nothing but blanks is left.
    package mutating func end() throws(JSONError) {
        skipBlanks()
        guard peek == nil else { throw syntax("the end of the text") }
    }

    /// The kind of the value that comes next, told by its first byte.
    package mutating func nextKind() throws(JSONError) -> JSONKind {
        skipBlanks()
        guard let byte = peek else { throw syntax("a value") }
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        // Not JSON, but common encoders write them; named as numbers that are not finite.
        case UInt8(ascii: "N"), UInt8(ascii: "I"): return .number
        default: throw syntax("a value")
        }
    }

    // MARK: Errors

    /// Consumes exactly `word`.
    package mutating func word(_ word: StaticString) throws(JSONError) {
        let length = word.utf8CodeUnitCount
        let found = bytes(from: position, to: position + length)
        let wanted = UnsafeRawBufferPointer(start: word.utf8Start, count: length)
        guard found.elementsEqual(wanted) else { throw syntax("a value") }
        position += length
    }

    package func syntax(_ wanted: String) -> JSONError {
        guard let byte = peek else {
            return .malformed("the text ends where \(wanted) was expected", at: position)
        }
        let shown = (0x20..<0x7F).contains(byte) ? "'\(UnicodeScalar(byte))'" : "byte \(byte)"
        return .malformed("found \(shown) where \(wanted) was expected", at: position)
    }

    /// The error for a value of the wrong kind; a syntax error when no value comes next at all.
    package mutating func mismatch(_ wanted: JSONKind, _ place: String) throws(JSONError) -> JSONError {
        .wrongKind(place: place, found: try nextKind(), wanted: wanted)
    }

    /// The line and column (both from 1) of `offset`.
    package func lineAndColumn(of offset: Int) -> (line: Int, column: Int) {
        let position = TextPosition(of: offset, in: text)
        return (position.line, position.column)
    }
}
