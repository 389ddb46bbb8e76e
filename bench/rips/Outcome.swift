import Engine
import Vocabulary

/// What one computation, or a batch of them, took. Results are looked at one by one and not kept.
struct Outcome: Sendable {
    var seconds = Duration.zero
    /// The engine's own count of its peak, in bytes; of a batch, the greatest.
    private var memory = 0
    /// The seconds of all, the memory of one.
    private let estimate: Cost
    /// Bars by dimension, those longer than rounding.
    private var counts: [Int]
    private var phases: [(name: String, seconds: Double)] = []

    init(estimate: Cost, _ options: BenchOptions) {
        self.estimate = estimate
        counts = [Int](repeating: 0, count: options.rips.maxDimension + 1)
    }

    mutating func add(_ result: ComputeResult) {
        memory = max(memory, result.statistics.peakMemory)
        for pair in result.barcode.pairs where pair.isLongerThanRounding { counts[pair.dimension] += 1 }
        for phase in result.statistics.phases { add(phase.name, phase.seconds) }
    }

    /// Takes in what another worker's computations took.
    mutating func add(_ other: Outcome) {
        memory = max(memory, other.memory)
        for dimension in counts.indices { counts[dimension] += other.counts[dimension] }
        for phase in other.phases { add(phase.name, phase.seconds) }
    }

    private mutating func add(_ name: String, _ seconds: Double) {
        if let index = phases.firstIndex(where: { $0.name == name }) {
            phases[index].seconds += seconds
        } else {
            phases.append((name, seconds))
        }
    }

    func json(grown: Int) -> String {
        let written = phases.map { "\"\($0.name)\": \($0.seconds)" }.joined(separator: ", ")
        return """
            {"seconds": \(seconds / .seconds(1)), "memory": \(memory), "grown": \(grown), "counts": \(counts), \
            "estimated_seconds": \(estimate.seconds), "estimated_memory": \(estimate.memory), \
            "phases": {\(written)}}
            """
    }
}

extension PersistencePair {
    /// Programs that round distances differently disagree about bars shorter than that.
    fileprivate var isLongerThanRounding: Bool { persistence > 1e-5 * birth + 1e-9 }
}
