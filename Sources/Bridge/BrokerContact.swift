import Kafka
import Logging
import Vocabulary

/// The first contact with the brokers.
struct BrokerContact {
    let properties: KafkaProperties
    let logger: Logger

    var servers: String { properties["bootstrap.servers"] ?? "" }

    /// One attempt, on a thread of its own.
    ///
    /// - Returns: the cluster's id.
    /// - Throws: `unavailable`, naming the servers and saying why none was reached.
    func reach() async throws(Failure) -> String {
        let (properties, logger, servers) = (properties, logger, servers)
        let outcome: Result<String, Failure> = await withCheckedContinuation { continuation in
            let isStarted = BlockingThread.start {
                continuation.resume(returning: Self.ask(properties, servers, logger))
            }
            if !isStarted {
                continuation.resume(
                    returning: .failure(Failure(.internal, "the system starts no further thread")))
            }
        }
        return try outcome.get()
    }

    private static func ask(
        _ properties: KafkaProperties, _ servers: String, _ logger: Logger
    ) -> Result<String, Failure> {
        let reasons = Mailbox<KafkaError>()
        do throws(KafkaError) {
            let client = try KafkaProducer(properties, logger: logger) { reasons.put($0) }
            do throws(KafkaError) {
                try client.reachBroker(milliseconds: 5000)
                return .success(client.clusterID(milliseconds: 1000) ?? "")
            } catch {
                // What librdkafka was told by the resolver or the kernel says more than "timed out".
                _ = client.poll(milliseconds: 0)
                let heard = reasons.take()
                let reason = heard.first { !$0.isSummary }?.reason ?? heard.first?.reason ?? error.reason
                return .failure(
                    Failure(
                        .unavailable,
                        "no Kafka broker answers at \(servers): \(reason); check KAFKA_BOOTSTRAP_SERVERS",
                        details: ["bootstrap_servers": servers]))
            }
        } catch {
            return .failure(Failure(.invalidArgument, "Kafka's settings are not accepted: \(error.reason)"))
        }
    }
}
