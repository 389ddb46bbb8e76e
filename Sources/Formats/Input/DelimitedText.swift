/// Reads a table of numbers from text, a row a line. Numbers are separated by commas or semicolons, or
/// by blanks. Lines that start with `#` and blank lines are passed over, and so is a first row in which
/// no field is a number.
enum DelimitedText {
    /// - Parameters:
    ///   - name: what the rows are called in messages.
    ///   - blanksSeparate: whether blanks alone may separate two numbers.
    static func table(
        _ text: UnsafeRawBufferPointer, name: String, blanksSeparate: Bool = true
    ) throws(TextError) -> NumberTable {
        var scanner = TextScanner(text)
        if scanner.nextLine() { skipHeader(&scanner) }
        let start = scanner.position
        var values: [Double] = []
        var columns: Int?
        var row = 0
        while scanner.nextLine() {
            let length = try readRow(
                &scanner, into: &values, name: "\(name)[\(row)]", expected: columns,
                blanksSeparate: blanksSeparate)
            columns = columns ?? length
            row += 1
        }
        guard let columns else {
            throw TextError("expected rows of numbers, found none", at: scanner.position)
        }
        return NumberTable(columns: columns, values: values, textStart: start)
    }

    /// Reads the numbers of one line, at its end or before its line feed afterwards.
    private static func readRow(
        _ scanner: inout TextScanner, into values: inout [Double], name: @autoclosure () -> String,
        expected: Int?, blanksSeparate: Bool
    ) throws(TextError) -> Int {
        var length = 0
        var firstExtra: Int?
        repeat {
            scanner.skipBlanks()
            if length == expected { firstExtra = scanner.position }
            guard let value = scanner.number() else { throw scanner.found(insteadOf: "a number") }
            values.append(value)
            length += 1
        } while try anotherFollows(&scanner, blanksSeparate)
        if let expected, length != expected {
            throw TextError(
                "\(name()) has \(length) \(length == 1 ? "number" : "numbers"), expected \(expected)",
                at: firstExtra ?? scanner.position)
        }
        return length
    }

    private static func anotherFollows(
        _ scanner: inout TextScanner, _ blanksSeparate: Bool
    ) throws(TextError) -> Bool {
        scanner.skipBlanks()
        guard let byte = scanner.peek, byte != .lineFeed, byte != UInt8(ascii: "#") else {
            scanner.skipLine()
            return false
        }
        if byte.isSeparator {
            scanner.advance()
            return true
        }
        guard blanksSeparate else { throw scanner.found(insteadOf: "',' or the end of the line") }
        return true
    }

    /// Passes over the line unless one of its fields is a number. Quoted fields may hold anything.
    private static func skipHeader(_ scanner: inout TextScanner) {
        var ahead = scanner
        while let byte = ahead.peek, byte != .lineFeed {
            if ahead.number() != nil { return }
            if byte == UInt8(ascii: "\"") {
                repeat {
                    ahead.advance()
                } while ahead.peek != byte && ahead.peek != .lineFeed && !ahead.isAtEnd
                if ahead.peek == byte { ahead.advance() }
            }
            while let byte = ahead.peek, byte != .lineFeed, !byte.isSeparator, byte != 0x20, byte != 0x09 {
                ahead.advance()
            }
            while let byte = ahead.peek, byte.isSeparator || byte == 0x20 || byte == 0x09 || byte == 0x0D {
                ahead.advance()
            }
        }
        scanner = ahead
    }
}
