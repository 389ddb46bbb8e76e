import Vocabulary

/// Rows of equally many numbers as they stood in a file.
struct NumberTable {
    let columns: Int
    /// Row by row.
    let values: [Double]
    /// For text: the offset at which the numbers begin, after any header.
    let textStart: Int?

    var rows: Int { columns == 0 ? 0 : values.count / columns }

    /// An error about the number at `index`.
    func error(_ message: String, at index: Int, in text: UnsafeRawBufferPointer) -> TextError {
        TextError(message, at: textStart.flatMap { offset(ofNumber: index, in: text, from: $0) })
    }
}

/// The offset of the number with this index among those after `start`, for every text format here: fields
/// between blanks, commas, semicolons and square brackets, and comments from `#` to the end of the line.
///
/// Only errors need it, so that nobody keeps the place of every number.
func offset(ofNumber index: Int, in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var remaining = index
    var isInField = false
    var isInComment = false
    for offset in start..<max(start, text.count) {
        let byte = text[offset]
        if isInComment {
            isInComment = byte != .lineFeed
            continue
        }
        switch byte {
        case 0x20, 0x09, 0x0D, .lineFeed, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "["),
            UInt8(ascii: "]"):
            isInField = false
        case UInt8(ascii: "#") where !isInField:
            isInComment = true
        default:
            if !isInField {
                if remaining == 0 { return offset }
                remaining -= 1
            }
            isInField = true
        }
    }
    return nil
}

extension Scalars {
    /// `values` in `precision`, and the index of the first finite one that is too large for it.
    static func narrowing(_ values: [Double], to precision: Precision) -> (Scalars, overflow: Int?) {
        switch precision {
        case .float64: return (.float64(values), nil)
        case .float32:
            let narrow = values.map { Float($0) }
            let overflow = narrow.indices.first { narrow[$0].isInfinite && values[$0].isFinite }
            return (.float32(narrow), overflow)
        }
    }
}
