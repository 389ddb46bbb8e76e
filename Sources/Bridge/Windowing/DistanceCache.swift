import StreamWindows
import Vocabulary

/// The distances within the last window of each stream, for the next one, which overlaps with it.
struct DistanceCache {
    private var streams: [String: SharedDistances] = [:]

    /// A closed window as a matrix of distances, where keeping some of them is less work than computing all anew;
    /// nil where it is not, or where they are not finite.
    mutating func input(
        of task: WindowTask, _ options: WindowOptions, counting counts: inout WindowCounts
    ) -> ComputeInput? {
        guard options.sharesDistances else { return nil }
        let updates = task.fitting
        let count = updates.reduce(0) { $0 + $1.pointCount }
        guard let dimension = updates.first?.dimension, count <= SharedDistances.mostPoints,
            options.reuse == .on || dimension >= WindowOptions.dimensionsWorthSharing
        else { return nil }
        // At most an eighth of what all events may take; beyond, all are forgotten.
        if streams.values.reduce(0, { $0 + $1.byteCount }) > options.totalLimit / 8 { streams = [:] }
        var shared = streams.removeValue(forKey: task.window.stream) ?? SharedDistances()
        let (computed, reused) = (shared.computed, shared.reused)
        let lower = shared.lowerTriangle(of: updates)
        counts.distancesComputed += shared.computed - computed
        counts.distancesReused += shared.reused - reused
        streams[task.window.stream] = shared
        guard lower.allSatisfy(\.isFinite) else { return nil }
        return .distances(DistanceMatrix(computed: .float32(NumberArray(lower)), count: count))
    }
}
