import Vocabulary

/// How many of the given distances lie within a threshold.
extension DistanceMatrix {
    /// Reckoned from at most 2¹⁶ of the distances, evenly spaced.
    func sampledEdgeCount(within threshold: Double) -> Int {
        let total = lowerTriangle.count
        guard total > 0 else { return 0 }
        let stride = max(1, total >> 16)
        let sampled = (total + stride - 1) / stride
        let within = lowerTriangle.count(within: threshold, every: stride)
        return Int((Double(within) / Double(sampled) * Double(total)).rounded(.up))
    }
}

extension SparseGraph {
    func edgeCount(within threshold: Double) -> Int { Numbers(lengths).count(within: threshold, every: 1) }
}

extension Numbers {
    fileprivate func count(within threshold: Double, every step: Int) -> Int {
        switch self {
        case .float32(let values): Self.count(values, within: threshold, every: step)
        case .float64(let values): Self.count(values, within: threshold, every: step)
        }
    }

    private static func count<Value: BinaryFloatingPoint>(
        _ values: NumberArray<Value>, within threshold: Double, every step: Int
    ) -> Int {
        values.withUnsafeBufferPointer { values in
            stride(from: 0, to: values.count, by: step).count { Double(values[$0]) <= threshold }
        }
    }
}
