import NIOCore

/// Writes JSON text straight into a byte buffer, in the order it is told, without building a tree.
struct JSONText {
    private(set) var buffer: ByteBuffer
    /// Whether a comma is due before the next key or value.
    private var needsComma = false

    init(capacity: Int = 512) { buffer = ByteBufferAllocator().buffer(capacity: capacity) }

    mutating func object(_ body: (inout JSONText) -> Void) {
        open("{")
        body(&self)
        close("}")
    }

    mutating func array(_ body: (inout JSONText) -> Void) {
        open("[")
        body(&self)
        close("]")
    }

    mutating func object(_ key: String, _ body: (inout JSONText) -> Void) {
        self.key(key)
        object(body)
    }

    mutating func array(_ key: String, _ body: (inout JSONText) -> Void) {
        self.key(key)
        array(body)
    }

    mutating func member(_ key: String, _ value: String?) {
        self.key(key)
        self.value(value)
    }

    mutating func member(_ key: String, _ value: Bool) {
        self.key(key)
        literal(value ? "true" : "false")
    }

    mutating func member(_ key: String, _ value: Int?) {
        self.key(key)
        literal(value.map(String.init) ?? "null")
    }

    /// Numbers JSON cannot hold are written as strings: `"infinity"`, `"-infinity"`, `"nan"`.
    mutating func member(_ key: String, _ value: Double?) {
        self.key(key)
        guard let value else { return literal("null") }
        self.value(value)
    }

    /// Writes `json`, which must be one whole JSON value, as it is.
    mutating func member(_ key: String, verbatim json: ByteBuffer) {
        self.key(key)
        comma()
        buffer.writeImmutableBuffer(json)
        needsComma = true
    }

    mutating func value(_ value: Double) {
        if value.isFinite {
            literal(value.description)
        } else {
            literal(value.isNaN ? "\"nan\"" : value > 0 ? "\"infinity\"" : "\"-infinity\"")
        }
    }

    mutating func value(_ value: String?) {
        guard let value else { return literal("null") }
        comma()
        quoted(value)
        needsComma = true
    }

    mutating func key(_ key: String) {
        comma()
        quoted(key)
        buffer.writeInteger(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func open(_ bracket: StaticString) {
        comma()
        buffer.writeStaticString(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: StaticString) {
        buffer.writeStaticString(bracket)
        needsComma = true
    }

    private mutating func literal(_ text: String) {
        comma()
        buffer.writeString(text)
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { buffer.writeInteger(UInt8(ascii: ",")) }
    }

    private mutating func quoted(_ text: String) {
        buffer.writeInteger(UInt8(ascii: "\""))
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            buffer.writeString(text)
        } else {
            for byte in text.utf8 { escaped(byte) }
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }

    private mutating func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): buffer.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): buffer.writeStaticString("\\\\")
        case 0x0A: buffer.writeStaticString("\\n")
        case 0x0D: buffer.writeStaticString("\\r")
        case 0x09: buffer.writeStaticString("\\t")
        case 0..<0x20:
            let digits = String(byte, radix: 16)
            buffer.writeString("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        default: buffer.writeInteger(byte)
        }
    }
}
