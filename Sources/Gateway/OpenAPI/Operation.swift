import HTTPTypes

/// One operation of the HTTP interface, as `/openapi.json` describes it.
struct Operation: Sendable {
    enum Tag: String, Sendable, CaseIterable { case compute, jobs, data, streams, health, operations }

    let method: HTTPRequest.Method
    /// As OpenAPI writes it: `/api/v1/jobs/{job_id}`.
    let path: String
    /// Unlike every other's.
    let id: String
    let tag: Tag
    let summary: String
    var description: String?
    var parameters: [Parameter] = []
    /// The media types that the body may have; none where there is no body.
    var body: [Content] = []
    let answers: [Answer]
    /// Why it may refuse, beyond what every route may say.
    var problems: [ProblemCode] = []
    /// Whether it wants a token where tokens are configured.
    var needsToken = true

    init(
        _ method: HTTPRequest.Method, _ path: String, _ id: String, _ tag: Tag, _ summary: String,
        description: String? = nil, parameters: [Parameter] = [], body: [Content] = [], answers: [Answer],
        problems: [ProblemCode] = [], needsToken: Bool = true
    ) {
        self.method = method
        self.path = path
        self.id = id
        self.tag = tag
        self.summary = summary
        self.description = description
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.problems = problems
        self.needsToken = needsToken
    }
}

/// A JSON schema, as JSON text.
struct Schema: Sendable, ExpressibleByStringLiteral {
    let json: String

    init(stringLiteral json: String) { self.json = json }
    private init(json: String) { self.json = json }

    /// One of `Schema.components`.
    static func component(_ name: String) -> Schema {
        Schema(json: ##"{"$ref": "#/components/schemas/\##(name)"}"##)
    }

    static let string: Schema = #"{"type": "string"}"#
    static let bytes: Schema = #"{"type": "string", "format": "binary"}"#
}

/// A media type with the schema of what it holds.
struct Content: Sendable {
    let type: String
    let schema: Schema

    static func json(_ component: String) -> Content {
        Content(type: "application/json", schema: .component(component))
    }
}

/// What an operation answers when it does what was asked.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    let description: String
    var content: [Content] = []
    /// Names and descriptions; each is text.
    var headers: [(name: String, description: String)] = []

    init(
        _ status: HTTPResponse.Status, _ description: String, _ content: [Content] = [],
        headers: [(name: String, description: String)] = []
    ) {
        self.status = status
        self.description = description
        self.content = content
        self.headers = headers
    }
}

struct Parameter: Sendable {
    enum Place: String, Sendable { case path, query, header }

    let name: String
    let place: Place
    let schema: Schema
    let description: String

    static let jobID = Parameter(
        name: "job_id", place: .path, schema: .string, description: "As the job was submitted under.")
    static let fileID = Parameter(
        name: "file_id", place: .path, schema: .string, description: "As the upload was answered with.")
}
