import Vocabulary

/// Notes how long each phase takes.
struct PhaseClock {
    private(set) var phases: [ComputeStatistics.Phase] = []
    private let begin = ContinuousClock.now
    private var started = ContinuousClock.now

    var totalSeconds: Double { (ContinuousClock.now - begin) / .seconds(1) }

    /// Ends the phase that was running and calls it `name`.
    mutating func end(_ name: String) {
        let now = ContinuousClock.now
        phases.append(.init(name: name, seconds: (now - started) / .seconds(1)))
        started = now
    }
}
