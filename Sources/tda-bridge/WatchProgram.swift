import ArgumentParser
import Bridge
import Formats
import FoundationEssentials
import Glibc
import Kafka
import Logging
import Settings
import Vocabulary

/// `tda-bridge watch`: shows what arrives.
struct WatchProgram: Program {
    static let configuration = CommandConfiguration(
        commandName: "tda-bridge watch",
        abstract: "Shows the messages of the topics from their beginning, one a line.",
        version: platformVersion)

    static let variables: [Variable] = Variable.common + KafkaOptions.variables

    @OptionGroup var common: CommonOptions
    @OptionGroup var kafka: KafkaOptions
    @Option(
        help: ArgumentHelp(
            "Which topic; may be repeated. Jobs, results and events by default.", valueName: "topic"))
    var topic: [String] = []
    @Option(help: ArgumentHelp("End after so many.", valueName: "n")) var count: Int?
    @Option(help: ArgumentHelp("End after so long.", valueName: "seconds")) var seconds: Double?
    @Flag(help: "Show whole values.") var values = false

    func run() async throws {
        let logger = Logger(label: "tda-bridge")
        let topics = topic.isEmpty ? [kafka.jobsTopic, kafka.resultsTopic, kafka.eventsTopic] : topic
        let reader = TopicReader(
            topics: topics, properties: try kafka.properties(ProcessInfo.processInfo.environment, logger),
            logger: logger)
        let duration = seconds.map { Duration.seconds($0) } ?? .seconds(1 << 32)
        let (count, values) = (count ?? .max, values)
        let outcome: Result<Void, KafkaError> = await withCheckedContinuation { continuation in
            BlockingThread.start {
                var shown = 0
                do throws(KafkaError) {
                    try reader.read(for: duration) { record in
                        Self.show(record, whole: values)
                        shown += 1
                        return shown < count
                    }
                    continuation.resume(returning: .success(()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        if case .failure(let error) = outcome {
            throw Failure(.unavailable, "reading from \(kafka.servers): \(error)")
        }
    }

    private static func show(_ record: ConsumedRecord, whole: Bool) {
        let key = record.key.map { String(decoding: $0, as: UTF8.self) } ?? "-"
        let value = record.value ?? []
        let type = (try? JSONValue(parsing: value))?["metadata"]?["message_type"]?.string
        let text = whole ? String(decoding: value, as: UTF8.self) : type ?? "\(value.count) bytes"
        print("\(record.source) \(record.offset) \(key): \(text)")
        fflush(nil)
    }
}
