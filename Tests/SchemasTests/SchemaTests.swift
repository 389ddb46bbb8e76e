import Formats
import Schemas
import Testing

@Suite struct SchemaTests {
    private func mismatch(_ schema: String, _ value: String) throws -> String? {
        let schema = try JSONSchema(JSONValue(parsing: Array(schema.utf8)))
        return schema.mismatch(in: try JSONValue(parsing: Array(value.utf8)))?.description
    }

    @Test(arguments: MessageSchema.allCases) func everySchemaOfOursIsOne(schema: MessageSchema) throws {
        #expect(schema.text.contains("\"title\": \"\(schema.rawValue)\""))
        _ = try schema.compiled()
    }

    @Test func theFirstMismatchIsNamedWithItsPlace() throws {
        let schema = try MessageSchema.events.compiled()
        func reason(_ payload: String) throws -> String? {
            let text =
                #"{"metadata": {"message_id": "1", "message_type": "stream.event"}, "payload": \#(payload)}"#
            return schema.mismatch(in: try JSONValue(parsing: Array(text.utf8)))?.description
        }
        #expect(try reason(#"{"stream_id": "s", "points": [[0, 1]], "timestamp": 0}"#) == nil)
        #expect(try reason(#"{"stream_id": "s", "points": [[0, 1]]}"#) == #"payload has no "timestamp""#)
        #expect(
            try reason(#"{"stream_id": "s", "points": [[0], [0, "x"]], "timestamp": 0}"#)
                == "payload.points[1][1] is a string, expected number")
        #expect(
            try reason(#"{"stream_id": 7, "points": [[0]], "timestamp": 0}"#)
                == "payload.stream_id is a number, expected string")
        #expect(
            try reason(#"{"stream_id": "s", "points": [], "timestamp": 0}"#)
                == "payload.points has 0 items, expected at least 1")
    }

    @Test func conditionsChooseWhatCounts() throws {
        let schema =
            #"{"if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}"#
        #expect(try mismatch(schema, #"{"a": 1, "b": 0}"#) == nil)
        #expect(try mismatch(schema, #"{"a": 1}"#) == #"the message has no "b""#)
        #expect(try mismatch(schema, #"{"a": 2}"#) == #"the message has no "c""#)
    }

    @Test func trueIsNotOneAndTwoPointZeroIsAnInteger() throws {
        #expect(try mismatch(#"{"enum": [1]}"#, "true") != nil)
        #expect(try mismatch(#"{"type": "integer"}"#, "2.0") == nil)
        #expect(try mismatch(#"{"type": "integer"}"#, "2.5") != nil)
    }

    @Test(arguments: [
        (#"{"patternProperties": {}}"#, "the schema's #: the keyword patternProperties is not known here"),
        (
            #"{"properties": {"a": {"type": "float"}}}"#,
            #"the schema's #/properties/a: the type "float" is not known"#
        ),
        (##"{"$ref": "#/definitions/x"}"##, "the schema's #/definitions/x: there is no such definition"),
    ])
    func whatASchemaSaysIsNeverPassedOver(schema: String, reason: String) {
        #expect(throws: SchemaError.self) { try mismatch(schema, "1") }
        do { _ = try mismatch(schema, "1") } catch { #expect("\(error)" == reason) }
    }

    @Test func depthIsBounded() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array(deep.utf8)) }
    }
}
