import HomologyOracle
import RipsTrials
import Testing

/// The engine against the oracle, and against itself on other teams, in other forms and precisions.
struct DifferentialTests {
    @Test(arguments: InputFamily.allCases)
    func agreesWithTheOracle(family: InputFamily) {
        expectNoFault(Trial(), seeds: 1...80) { .random(family, seed: $0) }
    }

    @Test(arguments: InputFamily.allCases)
    func agreesInLowDimensionsOnMorePoints(family: InputFamily) {
        let limits = CaseLimits(maxPoints: 36, maxDimension: 2)
        expectNoFault(Trial(), seeds: 1000...1020) { .random(family, seed: $0, limits: limits) }
    }

    @Test(arguments: [InputFamily.cloud, .sphere, .ties, .sparse, .clusters])
    func agreesWithItselfOnInputsTooLargeForTheOracle(family: InputFamily) {
        var limits = CaseLimits(maxDimension: 2)
        limits.engineOnly = 120
        expectNoFault(Trial(), seeds: 1...4) { .random(family, seed: $0, limits: limits) }
    }

    /// Reports the first failing case only, cut down.
    private func expectNoFault(_ trial: Trial, seeds: ClosedRange<UInt64>, _ make: (UInt64) -> RipsCase) {
        for seed in seeds {
            let made = make(seed)
            guard let fault = trial.fault(made) else { continue }
            let small = made.shrunk { trial.fault($0) != nil }
            Issue.record("\(made): \(fault)\nCut down to\n\(small.text)\(trial.fault(small) ?? "")")
            return
        }
    }
}
