import HTTPTypes
import Hummingbird

/// Tells browsers which other sites' pages may use the API (CORS, as the Fetch standard has it), and answers
/// the requests by which they ask first.
struct CrossOrigin: RouterMiddleware {
    typealias Context = GatewayContext

    /// Origins such as `https://example.org`; `*` is any.
    let origins: Set<String>

    private static let requestHeaders =
        "Authorization, Content-Type, Content-Encoding, Idempotency-Key, Last-Event-ID, If-None-Match, Prefer, "
        + "X-Request-Id, traceparent, X-TDA-Shape, X-TDA-Dtype"
    private static let responseHeaders = "ETag, Location, Retry-After, X-Request-Id"

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let origin = request.headers[.origin], !origins.isEmpty else {
            return try await next(request, context)
        }
        let isAllowed = origins.contains("*") || origins.contains(origin)
        var response: Response
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            response = Response(status: .noContent)
            if isAllowed {
                response.headers[.accessControlAllowMethods] = "GET, HEAD, POST, DELETE"
                response.headers[.accessControlAllowHeaders] = Self.requestHeaders
                response.headers[.accessControlMaxAge] = "3600"
            }
        } else {
            response = try await next(request, context)
        }
        if isAllowed {
            response.headers[.accessControlAllowOrigin] = origins.contains("*") ? "*" : origin
            response.headers[.accessControlExposeHeaders] = Self.responseHeaders
        }
        let vary = response.headers[.vary].map { $0 + ", " } ?? ""
        response.headers[.vary] = vary + "Origin"
        return response
    }
}
