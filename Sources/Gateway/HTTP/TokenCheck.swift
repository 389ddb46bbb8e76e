import HTTPTypes
import Hummingbird

/// Lets through only requests that carry one of the configured tokens; all, when there are none.
struct TokenCheck: RouterMiddleware {
    typealias Context = GatewayContext

    let tokens: AccessTokens

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        if !tokens.isEmpty, !HealthRoutes.paths.contains(request.uri.path) {
            guard let header = request.headers[.authorization] else {
                throw Problem(.unauthorized, "send the header Authorization: Bearer TOKEN")
            }
            guard let token = Self.bearerToken(header) else {
                throw Problem(.unauthorized, "the Authorization header is not of the form: Bearer TOKEN")
            }
            guard tokens.contains(token) else {
                throw Problem(.forbidden, "this token is not known here")
            }
        }
        return try await next(request, context)
    }

    private static func bearerToken(_ header: String) -> Substring? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", !parts[1].isEmpty else { return nil }
        return parts[1]
    }
}
