import Crypto
import FoundationEssentials
import JWTKit

/// Takes JSON Web Tokens (RFC 7519) of one issuer for one audience.
///
/// The algorithm is the key's, never the token's: a token that names another one, or none, is not valid.
public struct WebTokens: Sendable {
    /// How far the issuer's clock may be from ours, in seconds.
    private static let leeway = 30.0

    private let keys: JWTKeyCollection
    private let issuer: String
    private let audience: String

    /// - Parameter text: a JSON Web Key Set, a public key or certificate in PEM (RSA: RS256; EC: ES256, ES384 or
    ///   ES512 by its curve), or a secret for HS256.
    public init(
        keys text: String, issuer: String, audience: String
    ) async throws(GatewayConfigurationError) {
        keys = try await WebKeys.read(text)
        self.issuer = issuer
        self.audience = audience
    }

    /// Who shows this token; nil where it is not signed by the issuer's key, not for us, or not valid now.
    func client(showing token: Substring) async -> ClientName? {
        // Keys that have no names are tried one after the other.
        guard
            let claims = try? await keys.verify(Array(token.utf8), as: Claims.self, iteratingKeys: true),
            claims.iss == issuer, claims.aud.names.contains(audience)
        else { return nil }
        let now = Date().timeIntervalSince1970
        guard now < claims.exp + Self.leeway, now >= (claims.nbf ?? 0) - Self.leeway else { return nil }
        return ClientName(subject: claims.sub ?? "", of: claims.iss)
    }
}

/// What we ask of a token. Our own types: JWTKit's audience traps on an empty list.
private struct Claims: JWTPayload {
    let iss: String
    let aud: Audience
    let exp: Double
    let nbf: Double?
    let sub: String?

    /// Times and names are compared by whoever asked, who knows what they are compared with.
    func verify(using algorithm: some JWTAlgorithm) {}

    /// One name, or a list of them.
    struct Audience: Codable, Sendable {
        let names: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let name = try? container.decode(String.self) {
                names = [name]
            } else {
                names = try container.decode([String].self)
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(names)
        }
    }
}
