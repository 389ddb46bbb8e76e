import Formats

/// Counts of durations by upper bounds, as Prometheus draws histograms from.
struct Histogram: Sendable {
    /// Seconds.
    static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]

    /// One for each bound, and one for what is beyond the last.
    private(set) var counts = [Int](repeating: 0, count: Self.bounds.count + 1)
    private(set) var sum = 0.0
    var count: Int { counts.reduce(0, +) }

    mutating func observe(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        sum += seconds
    }
}

extension PrometheusText {
    mutating func histogram(_ name: String, _ labels: Labels, _ histogram: Histogram) {
        var below = 0
        for (bound, count) in zip(Histogram.bounds, histogram.counts) {
            below += count
            sample(name + "_bucket", labels + [("le", bound.description)], below)
        }
        sample(name + "_bucket", labels + [("le", "+Inf")], histogram.count)
        sample(name + "_sum", labels, histogram.sum)
        sample(name + "_count", labels, histogram.count)
    }
}
