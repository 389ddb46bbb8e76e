import FoundationEssentials
import Gateway
import Logging
import ServiceLifecycle
import Settings
import UnixSignals
import Vocabulary

/// Where the tokens come from: the setting itself, and files that may change.
struct TokenSource: Sendable {
    struct Web: Sendable {
        let keysFile: String
        let issuer: String
        let audience: String
    }

    let inline: Secret?
    let file: String?
    var web: Web?

    func read() async throws(Failure) -> (AccessTokens, WebTokens?) {
        var tokens = AccessTokens(commaSeparated: inline?.value ?? "")
        if let file { tokens = tokens + AccessTokens(lines: try Self.text(of: file, .apiTokensFile)) }
        guard let web else { return (tokens, nil) }
        let keys = try Self.text(of: web.keysFile, .jwtKeysFile)
        do {
            return (tokens, try await WebTokens(keys: keys, issuer: web.issuer, audience: web.audience))
        } catch {
            throw Failure(.invalidArgument, "\(error)")
        }
    }

    private static func text(of file: String, _ variable: Variable) throws(Failure) -> String {
        do { return try String(contentsOfFile: file, encoding: .utf8) } catch {
            throw Failure(.invalidArgument, "\(variable.name): the file \(file) cannot be read")
        }
    }
}

/// Reads the tokens, and the keys of JSON Web Tokens, again at each SIGHUP, so that they can be changed without a restart.
struct TokenRotation: Service {
    let source: TokenSource
    let keeper: TokenKeeper
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            await rotate()
        }
    }

    private func rotate() async {
        do throws(Failure) {
            let (tokens, webTokens) = try await source.read()
            if keeper.replace(with: tokens, webTokens) {
                logger.notice("the tokens were read again", metadata: ["count": "\(tokens.count)"])
            } else {
                logger.error(
                    """
                    the tokens stay as they were: a gateway cannot lose its last token, nor get a first one, \
                    while it runs
                    """)
            }
        } catch {
            logger.error("the tokens stay as they were", metadata: ["error": "\(error.message)"])
        }
    }
}
