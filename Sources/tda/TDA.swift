import ArgumentParser
import FoundationEssentials
import Glibc
import Settings
import Vocabulary

/// The command line: a client of the daemon.
@main
struct TDA: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tda",
        abstract: "Computes the persistent homology of point clouds, distance matrices and graphs.",
        discussion: """
            The daemon, tdad, does the work; it must be running on this machine.

            Exit status: 0 done; 64 wrong usage; 65 bad data; 66 unreadable file; 69 no daemon; \
            75 the daemon is overloaded, try again; 130 interrupted; 1 anything else.
            """,
        version: platformVersion,
        subcommands: [Rips.self, Alpha.self, Estimate.self, Status.self, Devices.self, Cancel.self])

    static func main() async {
        do {
            let environment = ProcessInfo.processInfo.environment
            let arguments = CommandLine.arguments.dropFirst()
            if Set(arguments).isDisjoint(with: ["--help", "-h", "help", "--version"]) {
                try EnvironmentCheck.refuseUnknownNames(in: environment)
            }
            var command = try parseAsRoot(Array(arguments))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            if let (status, message) = ExitStatus.ofOwn(error) {
                StandardError.writeLine("tda: \(message)")
                Glibc.exit(status.rawValue)
            }
            exit(withError: error)
        }
    }
}
