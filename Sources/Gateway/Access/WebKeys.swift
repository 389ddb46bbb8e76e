import Crypto
import CryptoExtras
import FoundationEssentials
import JWTKit

/// The keys that JSON Web Tokens are signed by, as files hold them.
enum WebKeys {
    /// As RFC 7518, section 3.2, asks of HS256.
    private static let shortestSecret = 32

    static func read(_ text: String) async throws(GatewayConfigurationError) -> JWTKeyCollection {
        let text = text.trimmed
        let keys = JWTKeyCollection()
        do {
            if text.hasPrefix("{") {
                try await add(set: text, to: keys)
            } else if text.hasPrefix("-----BEGIN") {
                try await add(pem: text, to: keys)
            } else {
                guard text.utf8.count >= shortestSecret else {
                    throw GatewayConfigurationError.badWebKeys(
                        "a secret for HS256 has at least \(shortestSecret) bytes, this one has \(text.utf8.count)"
                    )
                }
                await keys.add(hmac: HMACKey(from: text), digestAlgorithm: .sha256)
            }
        } catch let error as GatewayConfigurationError {
            throw error
        } catch {
            throw .badWebKeys(
                "neither a JSON Web Key Set, nor a public key or certificate in PEM, nor a secret")
        }
        return keys
    }

    private static func add(set text: String, to keys: JWTKeyCollection) async throws {
        let set = try JSONDecoder().decode(KeySet.self, from: Data(text.utf8))
        let usable = set.keys.compactMap(\.key)
        guard !usable.isEmpty else {
            throw GatewayConfigurationError.badWebKeys(
                "none of the \(set.keys.count) keys of the set is one for signatures: RSA, EC or Ed25519")
        }
        for (index, key) in usable.enumerated() {
            var key = key
            key.keyIdentifier = key.keyIdentifier ?? JWKIdentifier(string: "key \(index)")
            // Otherwise the first token that comes would choose it.
            key.algorithm = key.algorithm ?? key.usualAlgorithm
            try await keys.add(jwk: key)
        }
    }

    private static func add(pem: String, to keys: JWTKeyCollection) async throws {
        if let key = try? ES256PublicKey(pem: pem) {
            await keys.add(ecdsa: key)
        } else if let key = try? ES384PublicKey(pem: pem) {
            await keys.add(ecdsa: key)
        } else if let key = try? ES512PublicKey(pem: pem) {
            await keys.add(ecdsa: key)
        } else if let key = try? Insecure.RSA.PublicKey(certificatePEM: pem) {
            await keys.add(rsa: key, digestAlgorithm: .sha256)
        } else if let key = try? ES256PublicKey(certificate: pem) {
            await keys.add(ecdsa: key)
        } else {
            await keys.add(rsa: try Insecure.RSA.PublicKey(pem: pem), digestAlgorithm: .sha256)
        }
    }
}

/// A set as issuers publish it: beside keys for signatures there may be others, which are left out.
private struct KeySet: Decodable {
    let keys: [Entry]

    struct Entry: Decodable {
        let key: JWK?

        private enum CodingKeys: String, CodingKey { case use }

        init(from decoder: any Decoder) throws {
            let use = try? decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .use)
            key = use == nil || use == "sig" ? try? JWK(from: decoder) : nil
        }
    }
}

extension JWK {
    /// What signatures by such a key are made with, where the key does not say it.
    fileprivate var usualAlgorithm: Algorithm? {
        switch keyType {
        case .rsa: .rs256
        case .octetKeyPair: .eddsa
        default:
            switch curve?.rawValue {
            case "P-384": .es384
            case "P-521": .es512
            default: .es256
            }
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
