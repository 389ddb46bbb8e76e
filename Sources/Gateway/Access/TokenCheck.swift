import HTTPTypes
import Hummingbird

/// Lets through only requests that carry one of the tokens, of either kind, and notes whose they are; all, when
/// there are none.
struct TokenCheck: RouterMiddleware {
    typealias Context = GatewayContext

    let tokens: TokenKeeper

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let (tokens, webTokens) = tokens.current
        guard !tokens.isEmpty || webTokens != nil, !HealthRoutes.paths.contains(request.uri.path) else {
            return try await next(request, context)
        }
        guard let header = request.headers[.authorization] else {
            throw Problem(.unauthorized, "send the header Authorization: Bearer TOKEN")
        }
        guard let token = Self.bearerToken(header) else {
            throw Problem(.unauthorized, "the Authorization header is not of the form: Bearer TOKEN")
        }
        var context = context
        if let client = tokens.client(showing: token) {
            context.client = client
        } else if let client = await webTokens?.client(showing: token) {
            context.client = client
        } else {
            throw Problem(
                .forbidden,
                webTokens == nil
                    ? "this token is not known here"
                    : "this token is not known here, or not one of our issuer's that is for us and valid now")
        }
        return try await next(request, context)
    }

    private static func bearerToken(_ header: String) -> Substring? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", !parts[1].isEmpty else { return nil }
        return parts[1]
    }
}
