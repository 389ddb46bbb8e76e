import HTTPTypes
import Hummingbird

/// Tells browsers which other sites' pages may use the API (CORS, as the Fetch standard has it), and answers
/// the requests by which they ask first.
struct CrossOrigin: Sendable {
    /// Origins such as `https://example.org`; `*` is any.
    let origins: Set<String>

    private static let requestHeaders =
        "Authorization, Content-Type, Content-Encoding, Idempotency-Key, Last-Event-ID, If-None-Match, Prefer, "
        + "X-Request-Id, traceparent, X-TDA-Shape, X-TDA-Dtype"
    private static let responseHeaders = "ETag, Location, Retry-After, X-Request-Id"

    /// The answer to a browser that asks whether it may ask; nil for all other requests.
    func answer(to request: Request) -> Response? {
        guard request.method == .options, let origin = request.headers.first(.origin),
            request.headers.first(.accessControlRequestMethod) != nil
        else { return nil }
        var response = Response(status: .noContent)
        if allows(origin) {
            response.headers[.accessControlAllowMethods] = "GET, HEAD, POST, DELETE"
            response.headers[.accessControlAllowHeaders] = Self.requestHeaders
            response.headers[.accessControlMaxAge] = "3600"
        }
        return response
    }

    /// Lets the page that sent `request` read `response`, or not.
    func mark(_ response: inout Response, to request: Request) {
        guard let origin = request.headers.first(.origin) else { return }
        if allows(origin) {
            response.headers[.accessControlAllowOrigin] = origins.contains("*") ? "*" : origin
            response.headers[.accessControlExposeHeaders] = Self.responseHeaders
        }
        let vary = response.headers[.vary].map { $0 + ", " } ?? ""
        response.headers[.vary] = vary + "Origin"
    }

    private func allows(_ origin: String) -> Bool { origins.contains("*") || origins.contains(origin) }
}
