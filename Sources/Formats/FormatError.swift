/// What is wrong with an input, and the line and column where it stands.
public struct FormatError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nil for binary formats, and where the input as a whole is at fault.
    public let position: TextPosition?
    /// What was found and what was expected.
    public let message: String

    init(_ message: String, at position: TextPosition? = nil) {
        self.position = position
        self.message = message
    }

    public var description: String {
        if let position { "line \(position.line), column \(position.column): \(message)" } else { message }
    }
}

/// A place in a text; lines and columns count from 1, columns in characters.
public struct TextPosition: Sendable, Hashable {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The place of the byte at `offset`.
    init(of offset: Int, in text: UnsafeRawBufferPointer) {
        var line = 1
        var column = 1
        for byte in text.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // Not the second or later byte of a character in UTF-8.
                column += 1
            }
        }
        self.init(line: line, column: column)
    }
}

/// What a reader of text throws: `FormatError` before its offset is turned into a line and a column.
struct TextError: Error {
    let offset: Int?
    let message: String

    init(_ message: String, at offset: Int?) {
        self.message = message
        self.offset = offset
    }

    func located(in text: UnsafeRawBufferPointer) -> FormatError {
        FormatError(message, at: offset.map { TextPosition(of: $0, in: text) })
    }
}
