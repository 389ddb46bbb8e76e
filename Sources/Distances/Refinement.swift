internal import DistanceKernels
internal import Vocabulary

/// Angles in float arithmetic, twice as fast as in double, with the small ones computed again.
///
/// Rounding the coordinates of two unit vectors to float moves their difference by at most 2⁻²³, which
/// is a relative error of 2⁻²² / |u − v| of the distance |u − v|² / 2: below 8e-7 from 0.05 on. Pairs
/// nearer than that are computed in double precision and rounded once.
enum Refinement {
    static let limit: Float = 0.05

    /// Below this dimension the time goes into writing, and double precision costs little.
    private static let leastDimension = 48

    /// Whether pairs that near are rare among unit vectors, by a sample of pairs.
    static func pays(_ unitVectors: [Double], dimension: Int) -> Bool {
        let count = unitVectors.count / dimension
        guard dimension >= leastDimension, count > 1 else { return false }
        let samples = 2048
        return unitVectors.withUnsafeBufferPointer { vectors in
            var near = 0
            for sample in 0..<samples {
                let a = sample * 7919 % count
                let b = (a + 1 + sample * 104_729 % (count - 1)) % count
                if distance(vectors, a, b, dimension) < Double(limit) { near += 1 }
            }
            return near <= samples / 500
        }
    }

    /// Half the squared distance of two unit vectors: 1 − cos of their angle.
    static func distance(_ vectors: UnsafeBufferPointer<Double>, _ a: Int, _ b: Int, _ dimension: Int)
        -> Double
    {
        let (a, b) = (a &* dimension, b &* dimension)
        var total = 0.0
        for k in 0..<dimension {
            let difference = vectors[a &+ k] - vectors[b &+ k]
            total += difference * difference
        }
        return total / 2
    }
}

extension PreparedPoints {
    /// Computes again, after the kernel, what it may have got wrong.
    ///
    /// - Parameter order: which point stands where in the panels; nil for the order of the cloud.
    func refine(_ block: tda_block, order: [Int32]?) {
        guard arithmetic == .floats, plan.normalisation != .none, case .float64(let vectors) = coordinates
        else { return }
        vectors.withUnsafeBufferPointer { vectors in
            for row in 0..<block.row_count {
                guard let out = block.out[row]?.assumingMemoryBound(to: Float.self) else { continue }
                let first = block.first_panel &* arithmetic.panelWidth
                for column in 0..<block.wanted[row] where out[column] < Refinement.limit {
                    let places = (block.first_row &+ row, first &+ column)
                    let points = order.map { (Int($0[places.0]), Int($0[places.1])) } ?? places
                    out[column] = Float(Refinement.distance(vectors, points.0, points.1, dimension))
                }
            }
        }
    }
}
