import FoundationEssentials
import Gateway
import Logging
import ServiceLifecycle
import Settings
import UnixSignals
import Vocabulary

/// Where the tokens come from: the setting itself, and a file that may change.
struct TokenSource: Sendable {
    let inline: Secret?
    let file: String?

    func read() throws(Failure) -> AccessTokens {
        var tokens = AccessTokens(commaSeparated: inline?.value ?? "")
        guard let file else { return tokens }
        do {
            tokens = tokens + AccessTokens(lines: try String(contentsOfFile: file, encoding: .utf8))
        } catch {
            throw Failure(
                .invalidArgument, "\(Variable.apiTokensFile.name): the file \(file) cannot be read")
        }
        return tokens
    }
}

/// Reads the tokens again at each SIGHUP, so that they can be changed without a restart.
struct TokenRotation: Service {
    let source: TokenSource
    let keeper: TokenKeeper
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { rotate() }
    }

    private func rotate() {
        do throws(Failure) {
            let tokens = try source.read()
            if keeper.replace(with: tokens) {
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
