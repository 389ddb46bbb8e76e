import ArgumentParser
import Bridge
import FoundationEssentials
import Kafka
import Logging
import Settings
import Vocabulary

/// `tda-bridge redrive`: sends dead letters back.
struct RedriveProgram: Program {
    static let configuration = CommandConfiguration(
        commandName: "tda-bridge redrive",
        abstract: "Sends dead letters back to the topics that they came from.",
        discussion: """
            Reads TOPIC.dlq from where the last redrive left off to its end, and sends each record with its own key, \
            value and headers to its topic again. One that fails again comes back as a new dead letter.
            """,
        version: platformVersion)

    static let variables: [Variable] = Variable.common + KafkaOptions.variables

    @OptionGroup var common: CommonOptions
    @OptionGroup var kafka: KafkaOptions
    @Option(help: ArgumentHelp("Whose dead letters; the topic of events by default.", valueName: "topic"))
    var topic: String?
    @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit: Int?
    @Flag(help: "Only show them.") var dryRun = false

    func run() async throws {
        let logger = Logger(label: "tda-bridge")
        let topic = topic ?? kafka.eventsTopic
        let redrive = Redrive(
            topic: topic, group: kafka.group + "-redrive",
            properties: try kafka.properties(ProcessInfo.processInfo.environment, logger),
            limit: limit ?? .max,
            isDry: dryRun, logger: logger)
        let outcome: Result<Redrive.Outcome, KafkaError> = await withCheckedContinuation { continuation in
            BlockingThread.start {
                do throws(KafkaError) {
                    continuation.resume(returning: .success(try redrive.run(show: Self.show)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        switch outcome {
        case .success(let done):
            let verb = dryRun ? "would be sent" : "sent"
            print(
                "\(done.sent) \(verb) to \(topic)"
                    + (done.left > 0 ? ", \(done.left) left: they have no value to send" : ""))
        case .failure(let error):
            throw Failure(.unavailable, "dead letters of \(topic) at \(kafka.servers): \(error)")
        }
    }

    private static func show(_ record: ConsumedRecord) {
        func header(_ name: String) -> String {
            record.headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) } ?? "?"
        }
        print(
            "\(header("dlq.topic"))[\(header("dlq.partition"))] offset \(header("dlq.offset")): "
                + "\(header("dlq.error.code")): \(header("dlq.error.message"))")
    }
}
