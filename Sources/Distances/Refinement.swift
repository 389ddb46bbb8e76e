internal import DistanceKernels
internal import Hardware
internal import Synchronization
internal import Vocabulary

/// Angles in float arithmetic, twice as fast as in double, with the small ones computed again.
///
/// Rounding the coordinates of two unit vectors to float moves their difference by at most 2⁻²³, which
/// is a relative error of 2⁻²² / |u − v| of the distance |u − v|² / 2: below 8e-7 from 0.05 on. Pairs
/// nearer than that are computed in double precision and rounded once.
enum Refinement {
    static let limit: Float = 0.05

    /// Below this dimension the time goes into writing, and double precision costs little.
    private static let leastDimension = 12

    /// Whether pairs that near are rare among unit vectors, by a sample of pairs.
    static func pays(_ points: PreparedPoints, _ team: any Team) -> Bool {
        guard points.dimension >= leastDimension, points.count > 1 else { return false }
        return points.share(team) { points.squaredDistance($0, $1) / 2 < Double(limit) } <= rare
    }

    /// The share of pairs that may be computed twice at no cost to speak of.
    static let rare = 1.0 / 500
}

extension PreparedPoints {
    /// The share of a sample of pairs for which `holds` does. There must be two points.
    func share(_ team: any Team, ofPairsWhere holds: @Sendable (Int, Int) -> Bool) -> Double {
        let samples = 2048
        let found = Atomic(0)
        team.forEachChunk(of: samples, by: 256) { _, range in
            let here = range.count { sample in
                let a = sample * 7919 % count
                return holds(a, (a + 1 + sample * 104_729 % (count - 1)) % count)
            }
            found.add(here, ordering: .relaxed)
        }
        return Double(found.load(ordering: .relaxed)) / Double(samples)
    }

    /// Computes again, after the kernel, what it may have got wrong.
    ///
    /// - Parameter order: which point stands where in the panels; nil for the order of the cloud.
    func refine(_ block: tda_block, order: [Int32]?) {
        guard arithmetic == .floats, plan.normalisation != .none else { return }
        for row in 0..<block.row_count {
            guard let out = block.out[row]?.assumingMemoryBound(to: Float.self) else { continue }
            let first = block.first_panel &* arithmetic.panelWidth
            refine(out, row: block.first_row &+ row, columns: first..<first + block.wanted[row], order: order)
        }
    }

    /// The same for the pairs of `row` with `columns`, which stand from `distances` on.
    func refine<Value: BinaryFloatingPoint>(
        _ distances: UnsafeMutablePointer<Value>, row: Int, columns: Range<Int>, order: [Int32]?
    ) {
        guard arithmetic == .floats, plan.normalisation != .none else { return }
        for (index, column) in columns.enumerated() where distances[index] < Value(Refinement.limit) {
            let points = order.map { (Int($0[row]), Int($0[column])) } ?? (row, column)
            distances[index] = Value(squaredDistance(points.0, points.1) / 2)
        }
    }
}
