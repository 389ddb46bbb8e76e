internal import Glibc
public import Hardware
public import Vocabulary

/// The empirical distance to measure as a weight of points: w(x) = 2 (Σ d(x, xₖ)ʳ / (n + 1))^(1/r) over the
/// n nearest other points (Anai et al., "DTM-based filtrations", 2019, with the factor by which
/// weighted Rips filtrations count diameters).
public enum DistanceToMeasure {
    /// The weights of all points of `cloud`, without a matrix.
    public static func weights(
        of cloud: PointCloud, neighbours: Int, r: Double, metric: Metric, precision: Precision,
        context: ComputeContext
    ) throws(DistanceError) -> [Double] {
        try check(neighbours, of: cloud.count)
        context.progress.enter("weights", at: 0)
        let rows = try DistanceRows(cloud, metric: metric, precision: precision, context: context)
        switch precision {
        case .float32: return try weights(of: rows, Float.self, neighbours, r, context)
        case .float64: return try weights(of: rows, Double.self, neighbours, r, context)
        }
    }

    private static func weights<Value: BinaryFloatingPoint & Sendable>(
        of rows: DistanceRows, _: Value.Type, _ neighbours: Int, _ r: Double, _ context: ComputeContext
    ) throws(DistanceError) -> [Double] {
        let width = rows.panelCount * rows.panelWidth
        return try weights(rows.count, neighbours, r, context) { point, nearest in
            withUnsafeTemporaryAllocation(of: Value.self, capacity: width) { row in
                guard let base = row.baseAddress else { return }
                rows.fill(base, from: point, panels: 0..<rows.panelCount)
                for other in 0..<rows.count where other != point { nearest.offer(Double(base[other])) }
            }
        }
    }

    /// The weights of all points of `matrix`.
    public static func weights(
        of matrix: DistanceMatrix, neighbours: Int, r: Double, context: ComputeContext
    ) throws(DistanceError) -> [Double] {
        try check(neighbours, of: matrix.count)
        context.progress.enter("weights", at: 0)
        func weights<Length: BinaryFloatingPoint & Sendable>(
            _ lengths: NumberArray<Length>
        ) throws(DistanceError) -> [Double] {
            try Self.weights(matrix.count, neighbours, r, context) { point, nearest in
                lengths.withUnsafeBufferPointer { lengths in
                    let row = point * (point - 1) / 2
                    for other in 0..<point { nearest.offer(Double(lengths[row + other])) }
                    for other in point + 1..<max(matrix.count, point + 1) {
                        nearest.offer(Double(lengths[other * (other - 1) / 2 + point]))
                    }
                }
            }
        }
        return switch matrix.lowerTriangle {
        case .float32(let lengths): try weights(lengths)
        case .float64(let lengths): try weights(lengths)
        }
    }

    /// The weights of all vertices of `graph`, each by the nearest of its neighbours there.
    ///
    /// - Throws: `InvalidInput` for a vertex with fewer neighbours.
    public static func weights(
        of graph: SparseGraph, neighbours: Int, r: Double, context: ComputeContext
    ) throws(DistanceError) -> [Double] {
        var nearest = (0..<graph.count).map { _ in Nearest(neighbours) }
        for edge in 0..<graph.edgeCount {
            nearest[Int(graph.ends[2 * edge])].offer(graph.lengths[edge])
            nearest[Int(graph.ends[2 * edge + 1])].offer(graph.lengths[edge])
        }
        if let poor = nearest.firstIndex(where: { !$0.isFull }) {
            throw .invalidInput(
                .badParameter(
                    "n_neighbors", reason: "vertex \(poor) of the graph has fewer than \(neighbours)"))
        }
        return nearest.map { $0.weight(r) }
    }

    private static func check(_ neighbours: Int, of count: Int) throws(DistanceError) {
        guard neighbours < count else {
            throw .invalidInput(
                .badParameter(
                    "n_neighbors",
                    reason: "\(neighbours) neighbours of each of \(count) points; there are fewer"))
        }
    }

    /// - Parameter offer: hands a point's distances to all others over.
    private static func weights(
        _ count: Int, _ neighbours: Int, _ r: Double, _ context: ComputeContext,
        offer: @Sendable (_ point: Int, _ nearest: inout Nearest) -> Void
    ) throws(DistanceError) -> [Double] {
        let weights = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            base.initialize(repeating: 0, count: count)
            let shared = SharedBuffer(base)
            context.team.forEachChunk(of: count, by: 16, stop: context.stop) { _, range in
                for point in range {
                    var nearest = Nearest(neighbours)
                    offer(point, &nearest)
                    shared.base[point] = nearest.weight(r)
                }
            }
            initialized = count
        }
        if let reason = context.stop.reason { throw .stopped(reason) }
        return weights
    }
}

/// The least distances offered so far, ascending.
private struct Nearest {
    private let size: Int
    private var distances: [Double] = []

    init(_ size: Int) { self.size = size }

    var isFull: Bool { distances.count == size }

    @inline(__always)
    mutating func offer(_ distance: Double) {
        if isFull, distance >= distances[size - 1] { return }
        insert(distance)
    }

    private mutating func insert(_ distance: Double) {
        if isFull { distances.removeLast() }
        var place = distances.count
        while place > 0, distances[place - 1] > distance { place -= 1 }
        distances.insert(distance, at: place)
    }

    func weight(_ r: Double) -> Double {
        // Over the largest, so that no power overflows.
        guard let largest = distances.last, largest > 0 else { return 0 }
        if largest == .infinity { return .infinity }
        let sum = distances.reduce(0) { $0 + pow($1 / largest, r) }
        return 2 * largest * pow(sum / Double(size + 1), 1 / r)
    }
}
