/// Waiting times that double from one failure to the next.
struct Backoff {
    let least: Duration
    let most: Duration
    private var current: Duration?

    init(least: Duration, most: Duration) {
        self.least = least
        self.most = most
    }

    mutating func next() -> Duration {
        let next = min(current.map { $0 * 2 } ?? least, most)
        current = next
        return next
    }

    mutating func reset() { current = nil }
}

extension Duration {
    var milliseconds: Int64 { Int64(self / .milliseconds(1)) }
}
