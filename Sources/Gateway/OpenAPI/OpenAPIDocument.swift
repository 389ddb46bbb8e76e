import Formats
import HTTPTypes
import Vocabulary

/// The OpenAPI 3.1 description of the routes.
struct OpenAPIDocument: Sendable {
    let bytes: [UInt8]

    init(_ operations: [Operation]) {
        var json = JSONText(capacity: 64 << 10)
        json.object { json in
            json.member("openapi", "3.1.0")
            json.object("info") { json in
                json.member("title", "TDA Platform")
                json.member("version", platformVersion)
                json.member("summary", "Persistent homology of point clouds and distance matrices.")
                json.object("license") { json in
                    json.member("name", "Apache-2.0")
                    json.member("identifier", "Apache-2.0")
                }
            }
            json.array("tags") { json in
                for tag in Operation.Tag.allCases where operations.contains(where: { $0.tag == tag }) {
                    json.object { $0.member("name", tag.rawValue) }
                }
            }
            json.object("paths") { json in
                for path in operations.map(\.path).inOrderOfFirstUse {
                    json.object(path) { json in
                        for operation in operations where operation.path == path {
                            json.operation(operation)
                        }
                    }
                }
            }
            json.object("components") { json in
                json.object("schemas") { json in
                    for (name, schema) in Schema.components { json.member(name, schema) }
                }
                json.object("securitySchemes") { json in
                    json.object("token") { json in
                        json.member("type", "http")
                        json.member("scheme", "bearer")
                        json.member("description", "Not asked for where no tokens are configured.")
                    }
                }
            }
        }
        bytes = json.bytes
    }
}

extension JSONText {
    fileprivate mutating func member(_ key: String, _ schema: Schema) {
        member(key, verbatim: Array(schema.json.utf8))
    }

    fileprivate mutating func operation(_ operation: Operation) {
        object(operation.method.rawValue.lowercased()) { json in
            json.member("operationId", operation.id)
            json.member("summary", operation.summary)
            if let description = operation.description { json.member("description", description) }
            json.array("tags") { $0.value(operation.tag.rawValue) }
            json.array("parameters") { json in
                for parameter in operation.parameters { json.parameter(parameter) }
            }
            if !operation.body.isEmpty {
                json.object("requestBody") { json in
                    json.member("required", true)
                    json.content(operation.body)
                }
            }
            json.object("responses") { json in
                for answer in operation.answers { json.answer(answer) }
                for (status, codes) in operation.problemsByStatus { json.problem(status, codes) }
            }
            // None is a choice too: the gateway may be open to its own machine.
            json.array("security") { json in
                if operation.needsToken { json.object { $0.array("token") { _ in } } }
                json.object { _ in }
            }
        }
    }

    private mutating func parameter(_ parameter: Parameter) {
        object { json in
            json.member("name", parameter.name)
            json.member("in", parameter.place.rawValue)
            json.member("required", parameter.place == .path)
            json.member("description", parameter.description)
            json.member("schema", parameter.schema)
        }
    }

    private mutating func content(_ all: [Content]) {
        object("content") { json in
            for content in all { json.object(content.type) { $0.member("schema", content.schema) } }
        }
    }

    private mutating func answer(_ answer: Answer) {
        object(String(answer.status.code)) { json in
            json.member("description", answer.description)
            if !answer.headers.isEmpty {
                json.object("headers") { json in
                    for (name, description) in answer.headers {
                        json.object(name) { json in
                            json.member("description", description)
                            json.member("schema", .string)
                        }
                    }
                }
            }
            if !answer.content.isEmpty { json.content(answer.content) }
        }
    }

    private mutating func problem(_ status: HTTPResponse.Status, _ codes: [ProblemCode]) {
        object(String(status.code)) { json in
            json.member("description", codes.map(\.rawValue).joined(separator: ", "))
            json.content([Content(type: "application/problem+json", schema: .component("Problem"))])
        }
    }
}

extension Operation {
    /// What any route may say.
    private static let commonProblems: [ProblemCode] = [
        .validation, .headTooLarge, .overloaded, .internal, .unavailable,
    ]

    fileprivate var problemsByStatus: [(HTTPResponse.Status, [ProblemCode])] {
        var codes = problems + Self.commonProblems
        if needsToken { codes += [.unauthorized, .forbidden] }
        if !body.isEmpty { codes += [.payloadTooLarge, .requestTimeout, .unsupportedMediaType] }
        let answered = Set(answers.map(\.status))
        return ProblemCode.allCases.filter(codes.contains).map(\.status).inOrderOfFirstUse
            .filter { !answered.contains($0) }
            .map { status in
                (status, ProblemCode.allCases.filter { codes.contains($0) && $0.status == status })
            }
    }
}

extension Sequence where Element: Hashable {
    fileprivate var inOrderOfFirstUse: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
