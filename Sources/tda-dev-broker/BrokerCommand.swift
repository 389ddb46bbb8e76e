import Kafka

/// One thing to do to the cluster, as a line says it.
enum BrokerCommand {
    case down([Int])
    case up([Int])
    case latency([Int], milliseconds: Int)
    case error(kind: Int16, code: Int32, count: Int)
    case clear(kind: Int16)
    case leader(topic: String, partition: Int, broker: Int)
    case topic(String, partitions: Int)
    case servers
    case help
    case quit

    static let manual = """
        down BROKER|all            refuse connections
        up BROKER|all              take them again
        latency BROKER|all MS      delay every answer
        error REQUEST ERROR COUNT  answer the next COUNT requests with an error: error Produce NOT_LEADER_FOR_PARTITION 3
        clear REQUEST              take back the errors still waiting
        leader TOPIC PARTITION BROKER
        topic NAME PARTITIONS      make a topic
        servers                    print the bootstrap servers
        quit

        REQUEST is one of \(MockCluster.requestKinds.keys.sorted().joined(separator: ", ")).
        """

    /// Why a line is no command.
    struct Misunderstood: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter brokers: how many there are; they are numbered from 1.
    init(_ line: String, brokers: Int) throws(Misunderstood) {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        func argument(_ index: Int) throws(Misunderstood) -> String {
            guard index < words.count else {
                throw Misunderstood(description: "\(words[0]): an argument is missing")
            }
            return words[index]
        }
        func number(_ index: Int, _ range: ClosedRange<Int>) throws(Misunderstood) -> Int {
            let text = try argument(index)
            guard let value = Int(text), range.contains(value) else {
                throw Misunderstood(
                    description: "\(text) is not a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        func broker(_ index: Int) throws(Misunderstood) -> [Int] {
            try argument(index) == "all" ? Array(1...brokers) : [try number(index, 1...brokers)]
        }
        func kind(_ index: Int) throws(Misunderstood) -> Int16 {
            let name = try argument(index)
            guard let kind = MockCluster.requestKinds[name] else {
                throw Misunderstood(description: "\(name) is no kind of request")
            }
            return kind
        }
        switch words.first {
        case "down": self = .down(try broker(1))
        case "up": self = .up(try broker(1))
        case "latency": self = .latency(try broker(1), milliseconds: try number(2, 0...60_000))
        case "error":
            let name = try argument(2)
            guard let code = MockCluster.errorCode(named: name) else {
                throw Misunderstood(description: "\(name) is no error of Kafka's")
            }
            self = .error(kind: try kind(1), code: code, count: try number(3, 1...10_000))
        case "clear": self = .clear(kind: try kind(1))
        case "leader":
            self = .leader(
                topic: try argument(1), partition: try number(2, 0...1023),
                broker: try number(3, 1...brokers))
        case "topic": self = .topic(try argument(1), partitions: try number(2, 1...1024))
        case "servers": self = .servers
        case "help", nil: self = .help
        case "quit": self = .quit
        case .some(let word): throw Misunderstood(description: "\(word) is no command; try help")
        }
    }
}

/// Carries commands out, one line in, one answer out.
struct BrokerInterpreter: Sendable {
    let cluster: MockCluster
    let quit: @Sendable () -> Void

    func answer(_ line: String) -> String {
        do {
            return try carryOut(try BrokerCommand(line, brokers: cluster.brokerCount))
        } catch {
            return "error: \(error)"
        }
    }

    private func carryOut(_ command: BrokerCommand) throws(KafkaError) -> String {
        switch command {
        case .down(let brokers): for each in brokers { try cluster.takeDown(broker: each) }
        case .up(let brokers): for each in brokers { try cluster.takeUp(broker: each) }
        case .latency(let brokers, let milliseconds):
            for each in brokers { try cluster.setLatency(broker: each, milliseconds: milliseconds) }
        case .error(let kind, let code, let count):
            cluster.injectErrors(kind: kind, code: code, count: count)
        case .clear(let kind): cluster.clearErrors(kind: kind)
        case .leader(let topic, let partition, let broker):
            try cluster.setLeader(topic: topic, partition: partition, broker: broker)
        case .topic(let name, let partitions): try cluster.createTopic(name, partitions: partitions)
        case .servers: return cluster.bootstrapServers
        case .help: return BrokerCommand.manual
        case .quit: quit()
        }
        return "ok"
    }
}
