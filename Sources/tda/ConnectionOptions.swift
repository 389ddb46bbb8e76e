import ArgumentParser
import FoundationEssentials
import Settings
import TDAClient
import Vocabulary

/// Where the daemon is. Every command has these.
struct ConnectionOptions: ParsableArguments {
    @Option(.socket) var socket: String?

    /// The flag, else `TDA_SOCKET`, else the default.
    func path(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        if let socket { return socket }
        if let path = environment[Variable.socket.name], !path.isEmpty { return path }
        return SocketPath.forClient(environment: environment)
    }

    /// Runs `body` with a connection to the daemon, which is closed afterwards.
    func withClient<R: Sendable>(
        _ body: (TDAClient) async throws -> R
    ) async throws -> R {
        let client = try await TDAClient.connect(socket: path(), name: "tda \(platformVersion)")
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }
}
