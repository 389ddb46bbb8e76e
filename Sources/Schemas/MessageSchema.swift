import Formats
internal import SchemaTexts

/// The schemas of the topics, as `schemas/` has them.
public enum MessageSchema: String, Sendable, CaseIterable {
    case jobs = "tda_jobs"
    case results = "tda_results"
    case events = "tda_events"
    case requests = "tda_requests"

    /// The text of the file.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    var bytes: [UInt8] {
        var count = 0
        let texts = tda_schema_texts(&count)
        for each in UnsafeBufferPointer(start: texts, count: count)
        where String(cString: each.name) == rawValue {
            return Array(UnsafeBufferPointer(start: each.bytes, count: each.length))
        }
        return []
    }

    /// Ready to validate with.
    ///
    /// - Throws: `SchemaError` for a file of ours that is no schema, which the tests rule out.
    package func compiled() throws(SchemaError) -> JSONSchema {
        let tree: JSONValue
        do {
            tree = try JSONValue(parsing: bytes)
        } catch {
            throw SchemaError(place: "#", reason: "\(error)")
        }
        return try JSONSchema(tree)
    }
}
