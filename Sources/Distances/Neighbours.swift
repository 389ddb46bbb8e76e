internal import DistanceKernels
internal import Hardware
internal import Synchronization
internal import Vocabulary

/// Finds the pairs within a threshold, panel by panel, without ever holding a matrix.
struct Neighbours<Length: BinaryFloatingPoint & Sendable & BitwiseCopyable>: Sendable {
    let points: PreparedPoints
    let tree: PanelTree
    let panels: PointPanels
    let kernels: DistanceKernels
    let reach: Reach
    /// The largest length that is wanted.
    let limit: Length
    let context: ComputeContext

    /// Panels in a run, so that its distances stay in the nearer caches.
    private let longestRun = 16

    init(
        _ points: PreparedPoints, within threshold: Double, kernels: DistanceKernels, context: ComputeContext
    ) throws(DistanceError) {
        self.points = points
        self.kernels = kernels
        self.context = context
        tree = try PanelTree(points, context: context)
        panels = try PointPanels(points, order: tree.order, context: context)
        reach = points.plan.reach(threshold, factor: points.factor)
        limit = largest(Length.self, notAbove: threshold)
    }

    /// The edges between places in the panels, row by row.
    func edges() throws(DistanceError) -> (ends: [Int32], lengths: [Length]) {
        let found = FoundEdges<Length>(
            rowCount: points.count, panelCount: panels.panelCount, workerCount: context.team.size,
            memory: context.memory)
        let firstError = Mutex<DistanceError?>(nil)
        context.team.forEachChunk(of: panels.panelCount, by: 4, stop: context.stop) { worker, range in
            for panel in range where firstError.withLock({ $0 == nil }) {
                do throws(DistanceError) {
                    try search(panel, worker, into: found)
                } catch {
                    firstError.withLock { $0 = $0 ?? error }
                }
            }
            context.progress.advance(to: 0.1 * Double(range.upperBound) / Double(panels.panelCount))
        }
        if let reason = context.stop.reason { throw .stopped(reason) }
        if let error = firstError.withLock({ $0 }) { throw error }
        do {
            if let edges = try found.joined(on: context.team, stop: context.stop) { return edges }
        } catch {
            throw .memory(error)
        }
        throw .stopped(context.stop.reason ?? .cancelled)
    }

    /// Adds the edges between the points of `panel` and those before them.
    private func search(_ panel: Int, _ worker: Int, into found: FoundEdges<Length>) throws(DistanceError) {
        let width = panels.width
        let rows = panel * width..<min((panel + 1) * width, panels.pointCount)
        let list = found.begin(panel, worker)
        var failure: DistanceError?
        withUnsafeTemporaryAllocation(of: Length.self, capacity: width * longestRun * width) { distances in
            guard let base = distances.baseAddress else { return }
            tree.forEachRun(near: panel, within: reach, longest: longestRun) { run in
                guard failure == nil, !context.stop.isStopped else { return }
                let firstColumn = run.lowerBound * width
                compute(rows: rows, panels: run, into: base)
                do throws(DistanceError) {
                    for row in rows {
                        let columns = min(row - firstColumn, run.count * width)
                        found.sizes[row] += try collect(
                            base + (row - rows.lowerBound) * longestRun * width, row: row,
                            columns: firstColumn..<firstColumn + columns, into: list)
                    }
                } catch {
                    failure = error
                }
            }
        }
        found.end(panel, list)
        if let failure { throw failure }
    }

    private func compute(rows: Range<Int>, panels run: Range<Int>, into base: UnsafeMutablePointer<Length>) {
        let width = panels.width
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: rows.count) { out in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: rows.count) { wanted in
                for (place, row) in rows.enumerated() {
                    out.initializeElement(
                        at: place, to: UnsafeMutableRawPointer(base + place * longestRun * width))
                    wanted.initializeElement(
                        at: place, to: min(row - run.lowerBound * width, run.count * width))
                }
                var call = tda_block(
                    panels: panels.base, dimension: panels.dimension, first_row: rows.lowerBound,
                    row_count: rows.count, first_panel: run.lowerBound, panel_count: run.count,
                    out: out.baseAddress, wanted: wanted.baseAddress, sum: points.plan.sum,
                    exponent: points.plan.exponent, factor: points.factor)
                kernels.run(points.arithmetic, &call)
                points.refine(call, order: tree.order)
            }
        }
    }

    /// Adds the edges from `row` to those of `columns` that are near enough; returns how many.
    private func collect(
        _ distances: UnsafePointer<Length>, row: Int, columns: Range<Int>, into edges: EdgeList<Length>
    ) throws(DistanceError) -> Int {
        do { try edges.makeRoom(for: columns.count) } catch { throw .memory(error) }
        let before = edges.count
        var infinite: Int?
        for column in 0..<columns.count where distances[column] <= limit {
            if distances[column] == .infinity { infinite = columns.lowerBound &+ column }
            edges.append(row, columns.lowerBound &+ column, distances[column])
        }
        if let infinite {
            let (a, b) = (Int(tree.order[row]), Int(tree.order[infinite]))
            let precision: Precision = Length.self == Float.self ? .float32 : .float64
            throw .invalidInput(.distanceTooLarge(a: max(a, b), b: min(a, b), precision: precision))
        }
        return edges.count - before
    }
}

/// Rounded down; infinity where `threshold` is beyond all finite values, so that a distance which is
/// too large is found and not taken for one beyond the threshold.
private func largest<Value: BinaryFloatingPoint>(_ type: Value.Type, notAbove threshold: Double) -> Value {
    if threshold >= Double(Value.greatestFiniteMagnitude) { return .infinity }
    let rounded = Value(threshold)
    return Double(rounded) > threshold ? rounded.nextDown : rounded
}

extension MetricPlan {
    /// How far boxes around prepared points may be apart for a pair within `threshold`, with a little
    /// to spare for the rounding of distances.
    func reach(_ threshold: Double, factor: Double) -> Reach {
        let spare = 1 + 1e-5
        return switch (normalisation, sum) {
        case (.none, TDA_ROOT_SUM_OF_SQUARES):
            Reach(norm: .squares, limit: threshold / factor * threshold / factor * spare)
        case (_, TDA_SUM_OF_SQUARES): Reach(norm: .squares, limit: threshold / factor * spare)
        case (_, TDA_SUM_OF_ABSOLUTES): Reach(norm: .sum, limit: threshold * spare)
        case (_, TDA_SHARE_OF_DIFFERENT): Reach(norm: .none, limit: .infinity)
        // No p-norm is below the largest coordinate.
        default: Reach(norm: .largest, limit: threshold * spare)
        }
    }
}
