import ArgumentParser
import FoundationEssentials
import Glibc
import Kafka
import Logging
import Settings
import UnixSignals
import Vocabulary

/// `tda-dev-broker`: a Kafka that is not one, for development and tests.
@main
struct DevBrokerProgram: Program {
    static let configuration = CommandConfiguration(
        commandName: "tda-dev-broker",
        abstract: "An in-memory fake of a Kafka cluster (librdkafka's mock), for development and tests only.",
        discussion: """
            It listens on loopback, on ports of its own choice, and forgets everything when it ends. Topics make \
            themselves, with 4 partitions; CreateTopics is refused. About 5 MiB a partition is kept. A \
            read_committed consumer sees aborted records, and transactions drop the offsets sent with them. An \
            OffsetCommit answered NOT_COORDINATOR or COORDINATOR_NOT_AVAILABLE while its member joins can end it.

            Commands come as lines on standard input and on the control socket:

            \(BrokerCommand.manual)
            """,
        version: platformVersion)

    static let variables: [Variable] = Variable.common

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("Where the bootstrap servers are written.", valueName: "path"))
    var bootstrapFile: String?
    @Option(help: ArgumentHelp("A Unix socket that takes commands.", valueName: "path"))
    var control: String?
    @Option(help: ArgumentHelp("How many brokers.", valueName: "n"))
    var brokers = 3
    @Option(
        help: ArgumentHelp("A topic to make at the start; may be repeated.", valueName: "name:partitions"))
    var topic: [String] = []

    func validate() throws {
        guard (1...16).contains(brokers) else {
            throw ValidationError("--brokers: \(brokers) is not from 1 to 16")
        }
    }

    func run() async throws {
        // Before anybody can know that it runs.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let cluster = try MockCluster(brokers: brokers, logger: Logger(label: "tda-dev-broker"))
        for each in topic {
            let parts = each.split(separator: ":")
            guard parts.count == 2, let partitions = Int(parts[1]), (1...1024).contains(partitions) else {
                throw ValidationError("--topic: expected name:partitions, found \(each)")
            }
            try cluster.createTopic(String(parts[0]), partitions: partitions)
        }
        let servers = cluster.bootstrapServers
        let control = try control.map { path throws(Failure) in try ControlSocket(path: path) }
        defer { control?.remove() }
        if let bootstrapFile { try Self.write(servers + "\n", to: bootstrapFile) }

        let (quit, requestQuit) = AsyncStream.makeStream(of: Void.self)
        let interpreter = BrokerInterpreter(cluster: cluster, quit: { requestQuit.yield() })
        control?.serve { interpreter.answer($0) }
        CommandLines.ofStandardInput.serve { interpreter.answer($0) }

        print("tda-dev-broker: a fake Kafka in memory, not for production; bootstrap servers \(servers)")
        fflush(nil)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { return } }
            group.addTask { for await _ in quit { return } }
            await group.next()
            group.cancelAll()
        }
        if let bootstrapFile { unlink(bootstrapFile) }
    }

    /// All at once, so that who waits for the file finds it whole.
    private static func write(_ text: String, to path: String) throws(Failure) {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw Failure(.unavailable, "--bootstrap-file: \(path) cannot be written")
        }
    }
}
