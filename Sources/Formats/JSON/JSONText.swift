/// Writes JSON text straight into a byte buffer, in the order it is told, without building a tree.
package struct JSONText {
    package private(set) var bytes: [UInt8] = []
    /// Whether a comma is due before the next key or value.
    private var needsComma = false

    package init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    package mutating func object(_ body: (inout JSONText) -> Void) {
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func array(_ body: (inout JSONText) -> Void) {
        open(UInt8(ascii: "["))
        body(&self)
        close(UInt8(ascii: "]"))
    }

    package mutating func object(_ key: String, _ body: (inout JSONText) -> Void) {
        self.key(key)
        object(body)
    }

    package mutating func array(_ key: String, _ body: (inout JSONText) -> Void) {
        self.key(key)
        array(body)
    }

    package mutating func member(_ key: String, _ value: String?) {
        self.key(key)
        self.value(value)
    }

    package mutating func member(_ key: String, _ value: Bool) {
        self.key(key)
        literal(value ? "true" : "false")
    }

    package mutating func member(_ key: String, _ value: Int?) {
        self.key(key)
        literal(value.map(String.init) ?? "null")
    }

    /// Numbers JSON cannot hold are written as strings: `"infinity"`, `"-infinity"`, `"nan"`.
    package mutating func member(
        _ key: String, _ value: (some BinaryFloatingPoint & CustomStringConvertible)?
    ) {
        self.key(key)
        guard let value else { return literal("null") }
        self.value(value)
    }

    /// Writes `json`, which must be one whole JSON value, as it is.
    package mutating func member(_ key: String, verbatim json: [UInt8]) {
        self.key(key)
        value(verbatim: json)
    }

    /// Writes `object`, which must be one whole JSON object, with a member more.
    package mutating func member(_ key: String, verbatim object: [UInt8], adding name: String, _ value: Bool)
    {
        self.key(key)
        bytes += object[..<max(object.count - 1, 0)]
        needsComma = object.count > 2
        member(name, value)
        close(UInt8(ascii: "}"))
    }

    /// Writes an element that `body` spells out by `fragment` and `value`: for the objects that there are
    /// thousands of.
    package mutating func spelled(_ body: (inout JSONText) -> Void) {
        comma()
        body(&self)
        needsComma = true
    }

    /// Writes an element that `body` spells out in one go, with at most `length` bytes.
    mutating func spelled(upTo length: Int, _ body: (inout OutputSpan<UInt8>) -> Void) {
        comma()
        bytes.append(addingCapacity: length, initializingWith: body)
        needsComma = true
    }

    /// Writes `text` as it is.
    package mutating func fragment(_ text: StaticString) {
        bytes += UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        needsComma = false
    }

    /// Writes `json`, which must be one whole JSON value, as it is.
    package mutating func value(verbatim json: [UInt8]) {
        comma()
        bytes += json
        needsComma = true
    }

    /// Writes the value that stands at `range` once more.
    package mutating func value(againFrom range: Range<Int>) {
        comma()
        for index in range { bytes.append(bytes[index]) }
        needsComma = true
    }

    /// Writes the members of `object`, which must be one whole JSON object without blanks around it.
    package mutating func members(verbatim object: [UInt8]) {
        guard object.count > 2 else { return }
        comma()
        bytes += object[1..<object.count - 1]
        needsComma = true
    }

    /// Numbers are written with as few digits as tell them from every other of their width: the `Float`
    /// nearest to 0.1 is written 0.1.
    package mutating func value(_ value: some BinaryFloatingPoint & CustomStringConvertible) {
        if value.isFinite {
            literal(value.description)
        } else {
            literal(value.isNaN ? "\"nan\"" : value > 0 ? "\"infinity\"" : "\"-infinity\"")
        }
    }

    package mutating func value(_ value: Int) {
        guard (0..<10).contains(value) else { return literal(value.description) }
        comma()
        bytes.append(UInt8(ascii: "0") + UInt8(value))
        needsComma = true
    }

    package mutating func value(_ value: String?) {
        guard let value else { return literal("null") }
        comma()
        quoted(value)
        needsComma = true
    }

    package mutating func key(_ key: String) {
        comma()
        quoted(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func open(_ bracket: UInt8) {
        comma()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func literal(_ text: String) {
        comma()
        bytes += text.utf8
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func quoted(_ text: String) {
        var text = text
        text.withUTF8 { text in
            // Without an early end, so that many bytes are looked at at a time.
            var escapes = false
            for byte in text {
                escapes = escapes || byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            }
            guard !escapes else { return escaped(text) }
            bytes.append(addingCapacity: text.count + 2) { span in
                span.append(UInt8(ascii: "\""))
                span.append(UnsafeRawBufferPointer(text))
                span.append(UInt8(ascii: "\""))
            }
        }
    }

    private mutating func escaped(_ text: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text { escaped(byte) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): bytes += "\\\"".utf8
        case UInt8(ascii: "\\"): bytes += "\\\\".utf8
        case 0x0A: bytes += "\\n".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0x09: bytes += "\\t".utf8
        case 0..<0x20:
            let digits = String(byte, radix: 16)
            bytes += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
        default: bytes.append(byte)
        }
    }
}

extension OutputSpan<UInt8> {
    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func append(_ text: UnsafeRawBufferPointer) {
        precondition(text.count <= freeCapacity)
        withUnsafeMutableBufferPointer { bytes, count in
            UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[count...])
                .copyMemory(from: text)
            count &+= text.count
        }
    }

    @inline(__always)
    mutating func append(_ decimal: ShortDecimal) {
        precondition(ShortDecimal.longest <= freeCapacity)
        withUnsafeMutableBufferPointer { bytes, count in count = decimal.write(to: bytes, at: count) }
    }

    /// Appends the decimal that stands at `range` once more.
    @inline(__always)
    mutating func append(decimalAt range: Range<Int>) {
        precondition(range.count <= ShortDecimal.longest && ShortDecimal.longest <= freeCapacity)
        withUnsafeMutableBufferPointer { bytes, count in
            // So many bytes as the longest has, which is known beforehand; what is too much is overwritten.
            let bytes = UnsafeMutableRawBufferPointer(bytes)
            let again = UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
            again.copyMemory(
                from: UnsafeRawBufferPointer(
                    rebasing: bytes[range.lowerBound..<range.lowerBound + ShortDecimal.longest]))
            count &+= range.count
        }
    }
}
