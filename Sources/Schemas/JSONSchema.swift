package import Formats

/// A JSON Schema (draft 7) that values can be checked against.
///
/// It knows the keywords that the schemas of this project use, and refuses a schema with any other: what a
/// schema says is never passed over. `format` is an annotation, as the standard has it.
package struct JSONSchema: Sendable {
    private let root: SchemaNode
    private let definitions: [String: SchemaNode]

    /// - Throws: `SchemaError` naming the keyword that is unknown or makes no sense.
    package init(_ tree: JSONValue) throws(SchemaError) {
        root = try SchemaNode(tree, at: "#")
        var definitions: [String: SchemaNode] = [:]
        for (name, schema) in tree["definitions"]?.object ?? [:] {
            definitions["#/definitions/\(name)"] = try SchemaNode(schema, at: "#/definitions/\(name)")
        }
        self.definitions = definitions
        for node in [root] + definitions.values {
            for reference in node.references where definitions[reference] == nil {
                throw SchemaError(place: reference, reason: "there is no such definition")
            }
        }
    }

    /// - Returns: nil for a value that matches, else the first thing that does not.
    package func mismatch(in value: JSONValue) -> SchemaMismatch? {
        mismatch(value, root, "")
    }

    private func mismatch(_ value: JSONValue, _ node: SchemaNode, _ place: String) -> SchemaMismatch? {
        for rule in node.rules {
            if let found = mismatch(value, rule, place) { return found }
        }
        return nil
    }

    private func matches(_ value: JSONValue, _ node: SchemaNode) -> Bool { mismatch(value, node, "") == nil }

    private func mismatch(_ value: JSONValue, _ rule: SchemaNode.Rule, _ place: String) -> SchemaMismatch? {
        func wrong(_ reason: String) -> SchemaMismatch {
            SchemaMismatch(place: place.isEmpty ? "the message" : place, reason: reason)
        }
        switch rule {
        case .never: return wrong("is not allowed")
        case .types(let types):
            if types.contains(where: { $0.holds(value) }) { return nil }
            return wrong("is \(value.kind), expected \(types.map(\.rawValue).joined(separator: " or "))")
        case .oneOfValues(let values):
            if values.contains(value) { return nil }
            return wrong("is \(value.shown), expected \(values.map(\.shown).joined(separator: ", "))")
        case .required(let names):
            guard case .object(let members) = value else { return nil }
            return names.first { members[$0] == nil }.map { wrong("has no \"\($0)\"") }
        case .members(let known, let others):
            guard case .object(let members) = value else { return nil }
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                let inner = place.isEmpty ? name : "\(place).\(name)"
                if let node = known[name] ?? others, let found = mismatch(member, node, inner) {
                    return found
                }
            }
            return nil
        case .items(let node):
            guard case .array(let elements) = value else { return nil }
            for (index, element) in elements.enumerated() {
                // The place is written out only for the element that is at fault.
                if !matches(element, node) { return mismatch(element, node, "\(place)[\(index)]") }
            }
            return nil
        case .count(let kind, let range):
            guard let count = kind.count(value) else { return nil }
            if range.contains(count) { return nil }
            let bound =
                count < range.lowerBound ? "at least \(range.lowerBound)" : "at most \(range.upperBound)"
            return wrong("has \(count) \(kind.rawValue), expected \(bound)")
        case .bounds(let bounds):
            guard case .number(let number) = value, !bounds.contains(number) else { return nil }
            return wrong("is \(value.shown), expected a number \(bounds)")
        case .all(let nodes):
            for node in nodes {
                if let found = mismatch(value, node, place) { return found }
            }
            return nil
        case .any(let nodes):
            if nodes.contains(where: { matches(value, $0) }) { return nil }
            return wrong("is none of what it may be: \(reasons(value, nodes, place))")
        case .exactlyOne(let nodes):
            let count = nodes.count { matches(value, $0) }
            if count == 1 { return nil }
            return count == 0
                ? wrong("is none of what it may be: \(reasons(value, nodes, place))")
                : wrong("is \(count) of the things of which it may be one")
        case .not(let node): return matches(value, node) ? wrong("is what it may not be") : nil
        case .condition(let test, let then, let otherwise):
            return (matches(value, test) ? then : otherwise).flatMap { mismatch(value, $0, place) }
        case .reference(let name): return definitions[name].flatMap { mismatch(value, $0, place) }
        }
    }

    private func reasons(_ value: JSONValue, _ nodes: [SchemaNode], _ place: String) -> String {
        nodes.compactMap { mismatch(value, $0, place)?.description }.joined(separator: "; or ")
    }
}

/// What is wrong with a value.
package struct SchemaMismatch: Sendable, Hashable, CustomStringConvertible {
    /// As in `payload.points[3][0]`.
    package let place: String
    package let reason: String

    package var description: String { "\(place) \(reason)" }
}

/// What is wrong with a schema.
public struct SchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    public let place: String
    public let reason: String

    public var description: String { "the schema's \(place): \(reason)" }
}
