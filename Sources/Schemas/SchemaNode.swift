import Formats

/// A schema, or a part of one, as the rules that it makes.
struct SchemaNode: Sendable {
    indirect enum Rule: Sendable {
        /// `false`
        case never
        case types([ValueType])
        /// `enum` and `const`
        case oneOfValues([JSONValue])
        case required([String])
        case members([String: SchemaNode], others: SchemaNode?)
        case items(SchemaNode)
        case count(Counted, ClosedRange<Int>)
        case bounds(NumberBounds)
        case all([SchemaNode])
        case any([SchemaNode])
        case exactlyOne([SchemaNode])
        case not(SchemaNode)
        case condition(SchemaNode, then: SchemaNode?, otherwise: SchemaNode?)
        case reference(String)
    }

    private(set) var rules: [Rule] = []

    private static let annotations: Set<String> = [
        "$schema", "$id", "$comment", "title", "description", "default", "examples", "format", "definitions",
    ]
    private static let keywords: Set<String> = [
        "type", "enum", "const", "required", "properties", "additionalProperties", "items", "minItems",
        "maxItems", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref",
    ]

    init(_ tree: JSONValue, at place: String) throws(SchemaError) {
        if case .bool(let allowed) = tree {
            rules = allowed ? [] : [.never]
            return
        }
        guard case .object(let schema) = tree else {
            throw SchemaError(place: place, reason: "is no schema: \(tree.kind)")
        }
        let unknown = schema.keys.filter { !Self.annotations.contains($0) && !Self.keywords.contains($0) }
        if let unknown = unknown.min() {
            throw SchemaError(place: place, reason: "the keyword \(unknown) is not known here")
        }
        // Beside a reference nothing else counts.
        if let reference = schema["$ref"] {
            guard case .string(let name) = reference else {
                throw SchemaError(place: place, reason: "$ref is no text")
            }
            rules = [.reference(name)]
            return
        }
        try addValueRules(schema, place)
        try addStructureRules(schema, place)
        try addCombinations(schema, place)
    }

    /// The definitions that this schema leads to.
    var references: [String] {
        rules.flatMap { rule -> [String] in
            switch rule {
            case .reference(let name): [name]
            case .members(let known, let others):
                (Array(known.values) + [others].compactMap(\.self)).flatMap(\.references)
            case .items(let node), .not(let node): node.references
            case .all(let nodes), .any(let nodes), .exactlyOne(let nodes): nodes.flatMap(\.references)
            case .condition(let test, let then, let otherwise):
                [test, then, otherwise].compactMap(\.self).flatMap(\.references)
            case .never, .types, .oneOfValues, .required, .count, .bounds: []
            }
        }
    }

    // MARK: Rules

    private mutating func addValueRules(_ schema: [String: JSONValue], _ place: String) throws(SchemaError) {
        if let type = schema["type"] {
            let names = type.string.map { [$0] } ?? (type.array ?? []).compactMap(\.string)
            let types = names.compactMap(ValueType.init)
            guard !types.isEmpty, types.count == names.count else {
                throw SchemaError(place: place, reason: "the type \(type.shown) is not known")
            }
            rules.append(.types(types))
        }
        if let values = schema["enum"]?.array { rules.append(.oneOfValues(values)) }
        if let value = schema["const"] { rules.append(.oneOfValues([value])) }
        let bounds = NumberBounds(
            least: schema["minimum"]?.number, above: schema["exclusiveMinimum"]?.number,
            most: schema["maximum"]?.number, below: schema["exclusiveMaximum"]?.number)
        if !bounds.isEmpty { rules.append(.bounds(bounds)) }
        for (kind, least, most) in [
            (Counted.items, "minItems", "maxItems"), (.characters, "minLength", "maxLength"),
        ]
        where schema[least] != nil || schema[most] != nil {
            let lower = schema[least]?.integer ?? 0
            let upper = schema[most]?.integer ?? .max
            guard lower >= 0, lower <= upper else {
                throw SchemaError(place: place, reason: "\(least) and \(most) leave nothing")
            }
            rules.append(.count(kind, lower...upper))
        }
    }

    private mutating func addStructureRules(
        _ schema: [String: JSONValue], _ place: String
    ) throws(SchemaError) {
        if let names = schema["required"]?.array { rules.append(.required(names.compactMap(\.string))) }
        let others = try Self.node(schema, "additionalProperties", place)
        if schema["properties"] != nil || others != nil {
            var known: [String: SchemaNode] = [:]
            for (name, member) in schema["properties"]?.object ?? [:] {
                known[name] = try SchemaNode(member, at: "\(place)/properties/\(name)")
            }
            rules.append(.members(known, others: others))
        }
        if let items = try Self.node(schema, "items", place) { rules.append(.items(items)) }
    }

    private mutating func addCombinations(
        _ schema: [String: JSONValue], _ place: String
    ) throws(SchemaError) {
        if let nodes = try Self.nodes(schema, "allOf", place) { rules.append(.all(nodes)) }
        if let nodes = try Self.nodes(schema, "anyOf", place) { rules.append(.any(nodes)) }
        if let nodes = try Self.nodes(schema, "oneOf", place) { rules.append(.exactlyOne(nodes)) }
        if let node = try Self.node(schema, "not", place) { rules.append(.not(node)) }
        if let test = try Self.node(schema, "if", place) {
            rules.append(
                .condition(
                    test, then: try Self.node(schema, "then", place),
                    otherwise: try Self.node(schema, "else", place)))
        }
    }

    private static func node(
        _ schema: [String: JSONValue], _ keyword: String, _ place: String
    ) throws(SchemaError) -> SchemaNode? {
        guard let tree = schema[keyword] else { return nil }
        return try SchemaNode(tree, at: "\(place)/\(keyword)")
    }

    private static func nodes(
        _ schema: [String: JSONValue], _ keyword: String, _ place: String
    ) throws(SchemaError) -> [SchemaNode]? {
        guard let trees = schema[keyword]?.array else { return nil }
        var nodes: [SchemaNode] = []
        for (index, tree) in trees.enumerated() {
            nodes.append(try SchemaNode(tree, at: "\(place)/\(keyword)/\(index)"))
        }
        return nodes
    }
}
