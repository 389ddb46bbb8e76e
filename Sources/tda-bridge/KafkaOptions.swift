import ArgumentParser
import FoundationEssentials
import Kafka
import Logging
import Messages
import Settings
import Vocabulary

/// Where Kafka is, and what its topics are called.
struct KafkaOptions: ParsableArguments {
    static let variables: [Variable] = [
        .kafkaBootstrapServers, .kafkaPropertiesFile, .kafkaGroup, .kafkaJobsTopic, .kafkaResultsTopic,
        .kafkaEventsTopic, .kafkaRequestsTopic,
    ]

    @Option(.kafkaBootstrapServers) var servers = "localhost:9092"
    @Option(.kafkaPropertiesFile) var propertiesFile: String?
    @Option(.kafkaGroup) var group = "tda-bridge"
    @Option(.kafkaJobsTopic) var jobsTopic = MessageTopics().jobs
    @Option(.kafkaResultsTopic) var resultsTopic = MessageTopics().results
    @Option(.kafkaEventsTopic) var eventsTopic = MessageTopics().events
    @Option(.kafkaRequestsTopic) var requestsTopic = "tda_requests"

    var topics: MessageTopics { MessageTopics(jobs: jobsTopic, results: resultsTopic, events: eventsTopic) }

    /// librdkafka's properties: those of the file, those of the environment, and the servers.
    func properties(_ environment: [String: String], _ logger: Logger) throws(Failure) -> KafkaProperties {
        var properties = KafkaProperties(["client.id": "tda-bridge"])
        if let propertiesFile {
            guard let text = try? String(contentsOfFile: propertiesFile, encoding: .utf8) else {
                throw Failure(
                    .invalidArgument,
                    "\(Variable.kafkaPropertiesFile.name): the file \(propertiesFile) cannot be read")
            }
            do throws(KafkaError) {
                properties = properties.merging(try KafkaProperties(text: text))
            } catch {
                throw Failure(
                    .invalidArgument,
                    "\(Variable.kafkaPropertiesFile.name): \(propertiesFile): \(error.reason)")
            }
        }
        properties = properties.merging(KafkaProperties(environment: environment))
        properties["bootstrap.servers"] = servers
        logger.debug("Kafka's properties", metadata: ["properties": "\(properties)"])
        return properties
    }
}
