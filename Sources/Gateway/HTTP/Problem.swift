import Formats
import HTTPTypes
import Hummingbird
import JobStore
import Messages
import NIOCore
import Vocabulary

/// The codes of the HTTP contract's error table.
enum ProblemCode: String, Sendable, CaseIterable {
    case validation = "VALIDATION_ERROR"
    case unauthorized = "UNAUTHORIZED"
    case forbidden = "FORBIDDEN"
    case notFound = "NOT_FOUND"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case notAcceptable = "NOT_ACCEPTABLE"
    case conflict = "CONFLICT"
    case payloadTooLarge = "PAYLOAD_TOO_LARGE"
    case headTooLarge = "HEAD_TOO_LARGE"
    case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
    case requestTimeout = "REQUEST_TIMEOUT"
    case idempotencyMismatch = "IDEMPOTENCY_MISMATCH"
    case resourceLimit = "RESOURCE_LIMIT"
    case overloaded = "OVERLOADED"
    case `internal` = "INTERNAL"
    case notImplemented = "NOT_IMPLEMENTED"
    case unavailable = "UNAVAILABLE"
    case deadlineExceeded = "DEADLINE_EXCEEDED"

    var status: HTTPResponse.Status {
        switch self {
        case .validation: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .notAcceptable: .notAcceptable
        case .conflict: .conflict
        case .payloadTooLarge: .contentTooLarge
        case .headTooLarge: .requestHeaderFieldsTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .requestTimeout: .requestTimeout
        case .idempotencyMismatch, .resourceLimit: .unprocessableContent
        case .overloaded: .tooManyRequests
        case .internal: .internalServerError
        case .notImplemented: .notImplemented
        case .unavailable: .serviceUnavailable
        case .deadlineExceeded: .gatewayTimeout
        }
    }
}

/// Why a request was not answered as it wished; becomes an `application/problem+json` response.
struct Problem: Error, Sendable {
    var code: ProblemCode
    /// Says what is wrong, where, and what to do next.
    var message: String
    var details: [(name: String, value: Detail)] = []
    /// Seconds, always sent with OVERLOADED and UNAVAILABLE.
    var retryAfter: Int?
    /// Set when the rest of the request is not worth reading.
    var closesConnection = false
    /// What the path takes, sent as `Allow` with METHOD_NOT_ALLOWED.
    var allowedMethods: [HTTPRequest.Method] = []

    enum Detail: Sendable {
        case text(String)
        case integer(Int)
        case number(Double)
        /// One whole JSON value.
        case json([UInt8])
    }

    init(
        _ code: ProblemCode, _ message: String, details: [(name: String, value: Detail)] = [],
        retryAfter: Int? = nil, closesConnection: Bool = false
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfter = retryAfter ?? (code == .overloaded || code == .unavailable ? 1 : nil)
        self.closesConnection = closesConnection
    }

    static func invalid(_ message: String, at place: String? = nil) -> Problem {
        Problem(.validation, message, details: place.map { [("location", .text($0))] } ?? [])
    }

    init(_ error: InvalidInput) { self = .invalid(error.description) }

    /// Translates what the daemon says.
    init(_ failure: Failure) {
        let code: ProblemCode =
            switch failure.code {
            case .invalidArgument, .unsupported: .validation
            case .resourceExhausted: .resourceLimit
            case .overloaded: .overloaded
            case .deadlineExceeded: .deadlineExceeded
            case .cancelled, .unavailable: .unavailable
            case .internal: .internal
            }
        // What went wrong inside is for the log; the client gets the request id to ask about.
        let message = code == .internal ? "the computation failed; the log has more" : failure.message
        let details = failure.details.sorted { $0.key < $1.key }.map { key, value in
            (name: key, value: Int(value).map(Detail.integer) ?? .text(value))
        }
        let seconds = failure.retryAfter.map { Int(max(1, ($0 / .seconds(1)).rounded(.up))) }
        self.init(code, message, details: code == .internal ? [] : details, retryAfter: seconds)
    }

    init(_ error: StoreError) {
        switch error {
        case .unavailable, .full, .newer:
            self.init(.unavailable, "jobs and results cannot be stored or read now; try again", retryAfter: 2)
        case .broken: self.init(.internal, "the store is broken; the log has more")
        }
    }

    /// The response to a request.
    func response(requestID: String) -> Response {
        let (head, body) = parts(requestID: requestID)
        return Response(status: head.status, headers: head.headerFields, body: .init(byteBuffer: body))
    }

    /// The response to what came before there was a request.
    var parts: (head: HTTPResponse, body: ByteBuffer) {
        var (head, body) = parts(requestID: RandomID.make())
        head.headerFields[.contentLength] = String(body.readableBytes)
        return (head, body)
    }

    private func parts(requestID: String) -> (head: HTTPResponse, body: ByteBuffer) {
        var headers: HTTPFields = [.contentType: "application/problem+json", .cacheControl: "no-store"]
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        if code == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if closesConnection { headers[.connection] = "close" }
        if !allowedMethods.isEmpty {
            headers[.allow] = allowedMethods.map(\.rawValue).joined(separator: ", ")
        }
        let head = HTTPResponse(status: code.status, headerFields: headers)
        return (head, ByteBuffer(bytes: json(requestID: requestID).bytes))
    }

    /// RFC 9457 with the contract's `error` object beside.
    private func json(requestID: String) -> JSONText {
        var json = JSONText()
        json.object { json in
            json.member("type", "about:blank")
            json.member("title", code.status.reasonPhrase)
            json.member("status", code.status.code)
            json.member("detail", message)
            json.member("request_id", requestID)
            json.object("error") { json in
                json.member("code", code.rawValue)
                json.member("message", message)
                json.object("details") { json in
                    for (name, value) in details {
                        switch value {
                        case .text(let text): json.member(name, text)
                        case .integer(let integer): json.member(name, integer)
                        case .number(let number): json.member(name, number)
                        case .json(let bytes): json.member(name, verbatim: bytes)
                        }
                    }
                }
            }
        }
        return json
    }
}
