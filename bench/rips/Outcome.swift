import Engine
import Vocabulary

/// What one computation, or a batch of them, took.
struct Outcome {
    private let seconds: Double
    /// The engine's own count of its peak, in bytes; of a batch, the greatest.
    private let memory: Int
    private let estimate: Cost
    /// Bars by dimension, those longer than rounding.
    private var counts: [Int]
    private var phases: [(name: String, seconds: Double)] = []

    /// - Parameter estimate: the seconds of all, the memory of one.
    init(_ results: [ComputeResult], seconds: Duration, estimate: Cost, _ options: BenchOptions) {
        self.seconds = seconds / .seconds(1)
        self.estimate = estimate
        memory = results.map(\.statistics.peakMemory).max() ?? 0
        counts = [Int](repeating: 0, count: options.rips.maxDimension + 1)
        for pair in results.lazy.flatMap(\.barcode.pairs) where pair.isLongerThanRounding {
            counts[pair.dimension] += 1
        }
        for phase in results.lazy.flatMap(\.statistics.phases) {
            if let index = phases.firstIndex(where: { $0.name == phase.name }) {
                phases[index].seconds += phase.seconds
            } else {
                phases.append((phase.name, phase.seconds))
            }
        }
    }

    func json(grown: Int) -> String {
        let written = phases.map { "\"\($0.name)\": \($0.seconds)" }.joined(separator: ", ")
        return """
            {"seconds": \(seconds), "memory": \(memory), "grown": \(grown), "counts": \(counts), \
            "estimated_seconds": \(estimate.seconds), "estimated_memory": \(estimate.memory), \
            "phases": {\(written)}}
            """
    }
}

extension PersistencePair {
    /// Programs that round distances differently disagree about bars shorter than that.
    fileprivate var isLongerThanRounding: Bool { persistence > 1e-5 * birth + 1e-9 }
}
