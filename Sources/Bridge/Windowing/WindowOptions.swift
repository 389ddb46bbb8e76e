package import StreamWindows
package import Vocabulary

/// What the window processor is to do, and its bounds.
package struct WindowOptions: Sendable {
    package var windows: WindowSettings
    package var homology: VietorisRipsOptions
    package var eventsTopic = "tda_events"
    package var resultsTopic = "tda_results"
    /// Computations asked of the daemon at a time.
    package var concurrency = 8
    /// Closed windows that may wait; beyond, partitions are paused until half of them are done. That half has to
    /// keep the daemon busy until records flow again, which librdkafka drops and fetches anew.
    package var maxPending = 1024
    /// What all events that wait, in open windows and closed ones, may weigh together, in bytes.
    package var totalLimit = 256 << 20
    /// How often a window is tried on which the daemon fails inside.
    package var attempts = 5
    /// Milliseconds between commits.
    package var commitInterval: Int64 = 500
    /// How long what is going on may take to end when a partition is taken away, in milliseconds.
    package var drainTime: Int64 = 5000
    /// Whether overlapping windows share the distances that they have in common.
    package var reuse = DistanceReuse.auto

    /// Below, computing a distance anew is as cheap as sending it (bench/kafka, rows `sliding`).
    static let dimensionsWorthSharing = 128

    /// Whether windows overlap, and their distances are such that they can be kept.
    var sharesDistances: Bool {
        guard reuse != .off, homology.metric == .euclidean, homology.precision == .float32 else {
            return false
        }
        switch windows.shape {
        case .tumbling: return false
        case .sliding(let length, let step): return 2 * step <= length
        case .count(let size, let step): return 2 * step <= size
        }
    }

    package init(windows: WindowSettings, homology: VietorisRipsOptions) {
        self.windows = windows
        self.homology = homology
    }
}

/// Whether overlapping windows share the distances between the points that they have in common.
package enum DistanceReuse: String, Sendable {
    /// Where the windows overlap and the points have enough coordinates for it to be less work.
    case auto
    case on
    case off
}
