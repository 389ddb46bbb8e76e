package import Vocabulary

/// Notes how long each phase takes.
package struct PhaseClock {
    package private(set) var phases: [ComputeStatistics.Phase] = []
    private var started = ContinuousClock.now
    private let begin = ContinuousClock.now

    package var totalSeconds: Double { (ContinuousClock.now - begin) / .seconds(1) }

    package init() {}

    /// Ends the phase that was running and calls it `name`.
    package mutating func end(_ name: String) {
        let now = ContinuousClock.now
        phases.append(.init(name: name, seconds: (now - started) / .seconds(1)))
        started = now
    }
}
