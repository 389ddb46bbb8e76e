/// A list of rows of numbers as it stood in the text, end to end.
package struct NumberRows: Sendable {
    package var values: [Double] = []
    package var rowCount = 0
    /// The length of row 0, which the others should have too.
    package var width = 0
    /// The first row of another length, and the offset of its end. Later rows are read but not kept.
    package var ragged: (row: Int, found: Int, end: Int)?
}

extension JSONReader {
    /// Reads `[[…], […], …]` into one flat buffer.
    ///
    /// - Parameter name: what the rows are called in messages: `name[3][1] is not a finite number`.
    package mutating func rows(named name: String) throws(JSONError) -> NumberRows {
        var rows = NumberRows()
        try array(at: name) { (_, reader) throws(JSONError) in
            let row = rows.rowCount
            let before = rows.values.count
            let keep = rows.ragged == nil
            var length = reader.plainRow(into: &rows.values) ?? 0
            if length == 0 {
                try reader.array(at: "\(name)[\(row)]") { (column, reader) throws(JSONError) in
                    rows.values.append(try reader.number(at: "\(name)[\(row)][\(column)]"))
                    length = column + 1
                }
            }
            if row == 0 {
                rows.width = length
            } else if keep, length != rows.width {
                rows.ragged = (row, length, reader.position - 1)
            }
            rows.rowCount = row + 1
            if rows.ragged != nil {
                rows.values.removeSubrange(before...)
            } else if rows.width > 0 {
                rows.rowCount += reader.plainRows(of: rows.width, into: &rows.values)
            }
        }
        return rows
    }

    /// Reads a row without a word about where it stands, as nearly all can be; nil, and nothing is consumed, for others.
    private mutating func plainRow(into values: inout [Double]) -> Int? {
        guard var plain = PlainNumber(text, from: position), let count = plain.row(into: &values) else {
            return nil
        }
        position = plain.position
        return count
    }

    /// Reads what follows of rows like those before; returns how many.
    private mutating func plainRows(of width: Int, into values: inout [Double]) -> Int {
        guard var plain = PlainNumber(text, from: position) else { return 0 }
        let count = plain.rows(of: width, into: &values)
        position = plain.position
        return count
    }

    /// Reads `[…]` of numbers.
    package mutating func numbers(named name: String) throws(JSONError) -> [Double] {
        var values: [Double] = []
        try array(at: name) { (index, reader) throws(JSONError) in
            values.append(try reader.number(at: "\(name)[\(index)]"))
        }
        return values
    }
}
