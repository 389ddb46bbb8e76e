import Glibc
import Kafka
import Logging
import ServiceLifecycle

/// The thread of a member of a consumer group. Its loop begins anew where a client breaks down.
struct ConsumerThread: Sendable {
    /// What the member is for, as in "windows".
    let purpose: String
    let metrics: BridgeMetrics
    let logger: Logger
    private let isStopping = StopFlag()

    init(purpose: String, metrics: BridgeMetrics, logger: Logger) {
        self.purpose = purpose
        self.metrics = metrics
        self.logger = logger
    }

    /// Runs until the bridge is stopped.
    ///
    /// - Parameter loop: returns soon after its flag is raised; throws where its clients are of no use any more.
    func run(_ loop: @escaping @Sendable (StopFlag) throws(KafkaError) -> Void) async {
        await withGracefulShutdownHandler {
            await withCheckedContinuation { ended in
                let isStarted = BlockingThread.start {
                    self.repeatUntilStopped(loop)
                    ended.resume()
                }
                if !isStarted { ended.resume() }
            }
        } onGracefulShutdown: {
            self.isStopping.raise()
        }
    }

    private func repeatUntilStopped(_ loop: (StopFlag) throws(KafkaError) -> Void) {
        var trouble = Backoff(least: .milliseconds(500), most: .seconds(30))
        while !isStopping.isRaised {
            do throws(KafkaError) {
                return try loop(isStopping)
            } catch {
                let pause = trouble.next()
                logger.error(
                    "the consumer of \(purpose) starts anew",
                    metadata: ["error": "\(error)", "after": "\(pause.milliseconds) ms"])
                metrics.brokerError(error)
                let end = ContinuousClock.now + pause
                while ContinuousClock.now < end, !isStopping.isRaised { usleep(20_000) }
            }
        }
    }
}
