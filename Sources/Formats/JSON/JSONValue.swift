/// A JSON value as a tree, for texts whose order of members is not known and that are looked at more than
/// once.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// Of members with the same name the last one counts.
    case object([String: JSONValue])

    /// Reads a whole text.
    ///
    /// - Throws: `JSONError` for what is not JSON, numbers that are not finite, and values nested deeper than
    ///   `JSONReader.deepest`.
    package init(parsing text: [UInt8]) throws(JSONError) {
        let outcome = text.withUnsafeBytes { bytes -> Result<JSONValue, JSONError> in
            var reader = JSONReader(bytes)
            do throws(JSONError) {
                let value = try JSONValue(&reader, depth: 0)
                try reader.end()
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        self = try outcome.get()
    }

    private init(_ reader: inout JSONReader, depth: Int) throws(JSONError) {
        guard depth < JSONReader.deepest else {
            throw .malformed(
                "arrays and objects are nested more than \(JSONReader.deepest) deep", at: reader.position)
        }
        switch try reader.nextKind() {
        case .null:
            try reader.word("null")
            self = .null
        case .bool: self = .bool(try reader.bool(at: ""))
        case .number:
            let start = reader.position
            self = .number(try reader.number(at: "the number at byte \(start)"))
        case .string: self = .string(try reader.string(at: ""))
        case .array:
            var elements: [JSONValue] = []
            try reader.array(at: "") { (_, reader) throws(JSONError) in
                elements.append(try JSONValue(&reader, depth: depth + 1))
            }
            self = .array(elements)
        case .object:
            var members: [String: JSONValue] = [:]
            try reader.object(at: "") { (name, reader) throws(JSONError) in
                members[name] = try JSONValue(&reader, depth: depth + 1)
            }
            self = .object(members)
        }
    }

    /// A member of an object; nil for everything else.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var number: Double? { if case .number(let value) = self { value } else { nil } }
    package var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    package var object: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var integer: Int? { number.flatMap { Int(exactly: $0) } }
}

extension JSONText {
    /// Writes a tree; the members of objects by name, so that equal trees give equal texts.
    package mutating func value(_ tree: JSONValue) {
        switch tree {
        case .null: value(String?.none)
        case .bool(let value): self.value(verbatim: Array((value ? "true" : "false").utf8))
        case .number(let number):
            if let whole = Int(exactly: number), abs(number) < 1e15 { value(whole) } else { value(number) }
        case .string(let text): value(text as String?)
        case .array(let elements): array { json in for each in elements { json.value(each) } }
        case .object(let members):
            object { json in
                for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                    json.key(name)
                    json.value(value)
                }
            }
        }
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let reason, let offset): "\(reason), at byte \(offset)"
        case .wrongKind(let place, let found, let wanted):
            "\(place) is \(found.rawValue), expected \(wanted.rawValue)"
        case .notFinite(let place): "\(place) is not finite"
        case .notAnInteger(let place, let text): "\(place) is \(text), expected an integer"
        case .unknownMember(let place): "\(place) is not known"
        }
    }
}
