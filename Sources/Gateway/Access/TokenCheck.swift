import HTTPTypes
import Hummingbird

/// Lets through only requests that carry one of the tokens, of either kind; all, when there are none.
struct TokenCheck: Sendable {
    let tokens: TokenKeeper

    /// Whose request it is.
    ///
    /// - Throws: UNAUTHORIZED or FORBIDDEN.
    func client(of request: Request) async throws(Problem) -> ClientName {
        let (tokens, webTokens) = tokens.current
        guard !tokens.isEmpty || webTokens != nil, !HealthRoutes.paths.contains(request.uri.path) else {
            return .anybody
        }
        guard let header = request.headers.first(.authorization) else {
            throw Problem(.unauthorized, "send the header Authorization: Bearer TOKEN")
        }
        guard let token = Self.bearerToken(header) else {
            throw Problem(.unauthorized, "the Authorization header is not of the form: Bearer TOKEN")
        }
        if let client = tokens.client(showing: token) { return client }
        if let client = await webTokens?.client(showing: token) { return client }
        throw Problem(
            .forbidden,
            webTokens == nil
                ? "this token is not known here"
                : "this token is not known here, or not one of our issuer's that is for us and valid now")
    }

    private static func bearerToken(_ header: String) -> Substring? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", !parts[1].isEmpty else { return nil }
        return parts[1]
    }
}
