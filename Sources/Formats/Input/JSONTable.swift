/// Reads a table of numbers from JSON: `[[…], […], …]`.
enum JSONTable {
    static func table(_ text: UnsafeRawBufferPointer, name: String) throws(TextError) -> NumberTable {
        var reader = JSONReader(text)
        let rows: NumberRows
        do throws(JSONError) {
            rows = try reader.rows(named: name)
            try reader.end()
        } catch {
            throw TextError(error, at: reader.position)
        }
        if let (row, found, end) = rows.ragged {
            throw TextError(
                "\(name)[\(row)] has \(found) \(found == 1 ? "number" : "numbers"), expected \(rows.width)",
                at: end)
        }
        guard rows.rowCount > 0 else { throw TextError("expected rows of numbers, found none", at: 0) }
        guard rows.width > 0 else { throw TextError("\(name)[0] has no numbers", at: 0) }
        return NumberTable(columns: rows.width, values: rows.values, textStart: 0)
    }

    /// Whether `text` can only be JSON.
    static func isJSON(_ text: UnsafeRawBufferPointer) -> Bool {
        var scanner = TextScanner(text)
        while let byte = scanner.peek, byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == .lineFeed {
            scanner.advance()
        }
        return scanner.peek == UInt8(ascii: "[") || scanner.peek == UInt8(ascii: "{")
    }
}

extension TextError {
    fileprivate init(_ error: JSONError, at position: Int) {
        switch error {
        case .malformed(let message, let offset): self.init(message, at: offset)
        case .wrongKind(let place, let found, let wanted):
            self.init("\(place) is \(found.rawValue), expected \(wanted.rawValue)", at: position)
        case .notFinite(let place): self.init("\(place) is not a finite number", at: position)
        case .notAnInteger(let place, let text):
            self.init("\(place) is \(text), expected an integer", at: position)
        case .unknownMember(let place): self.init("\(place) is not known", at: position)
        }
    }
}
