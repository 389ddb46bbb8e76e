import TDAClient
import Vocabulary

/// The requests, dealt out to the connections and to the lanes of each.
struct Load: Sendable {
    let socket: String
    let trials: [ComputeRequest]
    let expected: [Barcode]
    let requests: Int
    /// Requests under way on each connection.
    let lanes: Int

    func run(connections: Int) async throws -> Tally {
        try await withThrowingTaskGroup(of: Tally.self) { group in
            for connection in 0..<connections {
                group.addTask { try await drive(connection, of: connections) }
            }
            return try await group.reduce(into: Tally()) { $0.add($1) }
        }
    }

    private func drive(_ connection: Int, of connections: Int) async throws -> Tally {
        // Of a client with one request at a time an answer is what it waits for, awake.
        let client = try await TDAClient.connect(
            socket: socket, name: "socket-load \(connection)",
            attention: connections == 1 && lanes == 1 ? .milliseconds(1) : .zero)
        let tally = try await withTaskExecutorPreference(client.executor) {
            try await withThrowingTaskGroup(of: Tally.self) { group in
                for lane in 0..<lanes {
                    let numbers = stride(
                        from: connection + connections * lane, to: requests, by: connections * lanes)
                    group.addTask { try await ask(client, numbers) }
                }
                return try await group.reduce(into: Tally()) { $0.add($1) }
            }
        }
        await client.close()
        return tally
    }

    private func ask(_ client: TDAClient, _ numbers: StrideTo<Int>) async throws -> Tally {
        var tally = Tally()
        for number in numbers {
            let trial = number % trials.count
            while true {
                let start = ContinuousClock.now
                do throws(Failure) {
                    let result = try await client.compute(trials[trial])
                    tally.count(result.barcode == expected[trial], after: start.duration(to: .now))
                    break
                } catch {
                    guard error.code == .overloaded, let delay = error.retryAfter else { throw error }
                    tally.retried += 1
                    try await Task.sleep(for: delay)
                }
            }
        }
        return tally
    }
}

/// How the answers came out.
struct Tally: Sendable {
    private(set) var right = 0
    private(set) var wrong = 0
    var retried = 0
    private var microseconds: [Int] = []

    mutating func count(_ isRight: Bool, after latency: Duration) {
        if isRight { right += 1 } else { wrong += 1 }
        microseconds.append(Int(latency.seconds * 1e6))
    }

    mutating func add(_ other: Tally) {
        right += other.right
        wrong += other.wrong
        retried += other.retried
        microseconds += other.microseconds
    }

    /// The quantile of the latencies, in microseconds.
    func latency(_ quantile: Double) -> Int {
        let sorted = microseconds.sorted()
        return sorted.isEmpty ? 0 : sorted[Int(quantile * Double(sorted.count - 1))]
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
