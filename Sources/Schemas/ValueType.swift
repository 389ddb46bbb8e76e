import Formats

/// JSON Schema's names of the kinds of values.
enum ValueType: String, Sendable {
    case null, boolean, number, integer, string, array, object

    func holds(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.null, .null), (.boolean, .bool), (.number, .number), (.string, .string), (.array, .array),
            (.object, .object):
            true
        // 2.0 is an integer.
        case (.integer, .number(let number)): number == number.rounded()
        default: false
        }
    }
}

/// What has a length.
enum Counted: String, Sendable {
    case items
    /// Unicode scalars, as the standard counts.
    case characters

    func count(_ value: JSONValue) -> Int? {
        switch (self, value) {
        case (.items, .array(let elements)): elements.count
        case (.characters, .string(let text)): text.unicodeScalars.count
        default: nil
        }
    }
}

struct NumberBounds: Sendable, CustomStringConvertible {
    let least: Double?
    let above: Double?
    let most: Double?
    let below: Double?

    var isEmpty: Bool { least == nil && above == nil && most == nil && below == nil }

    func contains(_ number: Double) -> Bool {
        if let least, number < least { return false }
        if let above, number <= above { return false }
        if let most, number > most { return false }
        if let below, number >= below { return false }
        return true
    }

    var description: String {
        [("≥", least), (">", above), ("≤", most), ("<", below)]
            .compactMap { sign, bound in bound.map { "\(sign) \(JSONValue.number($0).shown)" } }
            .joined(separator: " and ")
    }
}

extension JSONValue {
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// For messages: short, whatever came.
    var shown: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
        case .string(let text): "\"\(text.prefix(40))\""
        case .array, .object: kind
        }
    }
}
