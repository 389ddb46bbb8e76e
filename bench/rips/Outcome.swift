import Vocabulary

/// What one computation, or a batch of them, took.
struct Outcome {
    let json: String

    init(_ results: [ComputeResult], seconds: Duration, _ options: BenchOptions) {
        var counts = [Int](repeating: 0, count: options.rips.maxDimension + 1)
        for pair in results.lazy.flatMap(\.barcode.pairs) where pair.isLongerThanRounding {
            counts[pair.dimension] += 1
        }
        let peak = results.map(\.statistics.peakMemory).max() ?? 0
        var phases: [(name: String, seconds: Double)] = []
        for phase in results.lazy.flatMap(\.statistics.phases) {
            if let index = phases.firstIndex(where: { $0.name == phase.name }) {
                phases[index].seconds += phase.seconds
            } else {
                phases.append((phase.name, phase.seconds))
            }
        }
        let written = phases.map { "\"\($0.name)\": \($0.seconds)" }.joined(separator: ", ")
        json = """
            {"seconds": \(seconds / .seconds(1)), "memory": \(peak), "counts": \(counts), \
            "phases": {\(written)}}
            """
    }
}

extension PersistencePair {
    /// Programs that round distances differently disagree about bars shorter than that.
    fileprivate var isLongerThanRounding: Bool { persistence > 1e-5 * birth + 1e-9 }
}
