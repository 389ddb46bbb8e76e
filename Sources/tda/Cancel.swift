import ArgumentParser
import TDAClient
import Vocabulary

/// `tda cancel ID`
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cancels a computation that is waiting or running.")

    @Argument(help: "The number that `tda status` shows.")
    var id: UInt64
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let wasFound = try await connection.withClient { try await $0.cancel(computation: id) }
        guard wasFound else {
            throw Failure(
                .cancelled,
                "computation \(id) is neither waiting nor running; tda status lists those that are")
        }
        try StandardOutput.write("computation \(id) is cancelled\n")
    }
}
