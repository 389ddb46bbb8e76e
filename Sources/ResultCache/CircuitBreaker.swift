/// Keeps off a server that does not answer: after a failure nobody asks it for a while, twice as long after each
/// further one.
struct CircuitBreaker: Sendable {
    private let shortest: Duration
    private let longest: Duration
    private var pause: Duration
    private var closedAgain: ContinuousClock.Instant?

    init(shortest: Duration = .seconds(1), longest: Duration = .seconds(30)) {
        self.shortest = shortest
        self.longest = longest
        pause = shortest
    }

    /// Whether the last request went well.
    var isUp: Bool { closedAgain == nil }

    func mayAsk(now: ContinuousClock.Instant) -> Bool { closedAgain.map { now >= $0 } ?? true }

    mutating func succeeded() {
        pause = shortest
        closedAgain = nil
    }

    mutating func failed(now: ContinuousClock.Instant) {
        closedAgain = now + pause
        pause = min(pause * 2, longest)
    }
}
