public import Hardware
internal import Synchronization
public import Vocabulary

/// Greedy (furthest-point) subsampling: point 0, then again and again the point farthest from those
/// chosen, the first of these where several are (Gonzalez, "Clustering to minimize the maximum intercluster
/// distance", 1985). The covering radius is at most twice the least that so many points can have.
///
/// The outcome depends on the distances alone, not on the team.
public enum GreedySubsample {
    /// Chooses `size` points of `cloud`, 1 to its count.
    public static func of(
        _ cloud: PointCloud, size: Int, metric: Metric, precision: Precision, context: ComputeContext
    ) throws(DistanceError) -> Subsample {
        context.progress.enter("subsample", at: 0)
        let rows = try DistanceRows(cloud, metric: metric, precision: precision, context: context)
        let width = rows.panelWidth
        let source: DistanceSource = { point, points, row in
            let panels = points.lowerBound / width..<(points.upperBound + width - 1) / width
            switch precision {
            case .float32:
                withUnsafeTemporaryAllocation(of: Float.self, capacity: panels.count * width) { floats in
                    guard let base = floats.baseAddress else { return }
                    rows.fill(base, from: point, panels: panels)
                    for place in 0..<points.count { row[place] = Double(floats[place]) }
                }
            case .float64: rows.fill(row, from: point, panels: panels)
            }
        }
        return try choose(size, of: cloud.count, from: source, context)
    }

    /// Chooses `size` points of `matrix`, 1 to its count.
    public static func of(
        _ matrix: DistanceMatrix, size: Int, context: ComputeContext
    ) throws(DistanceError) -> Subsample {
        context.progress.enter("subsample", at: 0)
        func source<Length: BinaryFloatingPoint & Sendable>(_ lengths: NumberArray<Length>) -> DistanceSource
        {
            { point, points, row in
                lengths.withUnsafeBufferPointer { lengths in
                    for (place, other) in points.enumerated() {
                        let (high, low) = (max(point, other), min(point, other))
                        row[place] = high == low ? 0 : Double(lengths[high * (high - 1) / 2 + low])
                    }
                }
            }
        }
        let rows: DistanceSource =
            switch matrix.lowerTriangle {
            case .float32(let lengths): source(lengths)
            case .float64(let lengths): source(lengths)
            }
        return try choose(size, of: matrix.count, from: rows, context)
    }

    /// Writes the distances from a point to a range of points that starts at a multiple of `chunk`.
    private typealias DistanceSource =
        @Sendable (_ point: Int, _ points: Range<Int>, _ row: UnsafeMutablePointer<Double>) -> Void

    /// Points that one worker takes at a time; a multiple of every panel's width.
    private static let chunk = 4096

    private static func choose(
        _ size: Int, of count: Int, from distances: DistanceSource, _ context: ComputeContext
    ) throws(DistanceError) -> Subsample {
        let bytes = count * MemoryLayout<Double>.stride
        do { try context.memory.reserve(bytes) } catch { throw .memory(error) }
        // How far each point is from those chosen; -1 for these.
        let nearest = SharedBuffer(UnsafeMutablePointer<Double>.allocate(capacity: count))
        defer {
            nearest.base.deallocate()
            context.memory.release(bytes)
        }
        nearest.base.initialize(repeating: .infinity, count: count)
        var chosen: [Int32] = []
        var next = (distance: Double.infinity, point: 0)
        for step in 0..<size {
            if let reason = context.stop.reason { throw .stopped(reason) }
            chosen.append(Int32(truncatingIfNeeded: next.point))
            nearest.base[next.point] = -1
            next = farthest(after: next.point, nearest, count, distances, context)
            context.progress.advance(to: 0.1 * Double(step + 1) / Double(size))
        }
        if let reason = context.stop.reason { throw .stopped(reason) }
        return Subsample(indices: chosen, coveringRadius: max(next.distance, 0))
    }

    /// Lowers `nearest` by the distances to `point`, which was just chosen; returns the farthest point now.
    private static func farthest(
        after point: Int, _ nearest: SharedBuffer<Double>, _ count: Int, _ distances: DistanceSource,
        _ context: ComputeContext
    ) -> (distance: Double, point: Int) {
        let best = Mutex((distance: -1.0, point: 0))
        context.team.forEachChunk(of: count, by: chunk, stop: context.stop) { _, range in
            var mine = (distance: -1.0, point: range.lowerBound)
            withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count + chunk) { row in
                guard let base = row.baseAddress else { return }
                distances(point, range, base)
                for (place, other) in range.enumerated() {
                    if base[place] < nearest.base[other] { nearest.base[other] = base[place] }
                    if nearest.base[other] > mine.distance { mine = (nearest.base[other], other) }
                }
            }
            let found = mine
            best.withLock { best in
                if found.distance > best.distance
                    || found.distance == best.distance && found.point < best.point
                {
                    best = found
                }
            }
        }
        return best.withLock { $0 }
    }
}
