internal import Hardware
internal import Vocabulary

/// A k-d tree whose leaves are panels: points near each other stand in one panel, and the box around
/// them tells which other panels can hold a point within a threshold.
///
/// Boxes are kept along a few axes only, those along which the points spread most; a gap along some
/// axes bounds the distance from below as well as one along all.
struct PanelTree: Sendable {
    /// Which point stands where in the panels.
    let order: [Int32]
    let panelCount: Int
    private let axisCount: Int
    /// The box of node `i`: lower bounds along the axes, then upper ones. Node 0 is the root, covering
    /// all panels; 2i + 1 and 2i + 2 cover the lower and upper half of the panels of `i`.
    private let boxes: [Double]

    private static let mostAxes = 8

    /// - Throws: `DistanceError.stopped`.
    init(_ points: PreparedPoints, context: ComputeContext) throws(DistanceError) {
        let width = points.arithmetic.panelWidth
        panelCount = (points.count + width - 1) / width
        axisCount = min(points.dimension, Self.mostAxes)
        switch points.coordinates {
        case .float32(let values): (order, boxes) = Self.build(values, points, panelCount, axisCount, context)
        case .float64(let values): (order, boxes) = Self.build(values, points, panelCount, axisCount, context)
        }
        if let reason = context.stop.reason { throw .stopped(reason) }
    }

    /// Calls `body` with runs of panels, in order, that together hold every panel up to `panel` whose
    /// box is within `reach` of that of `panel`.
    func forEachRun(near panel: Int, within reach: Reach, longest: Int, _ body: (Range<Int>) -> Void) {
        var run = 0..<0
        boxes.withUnsafeBufferPointer { boxes in
            let leaf = node(ofPanel: panel)
            func visit(_ node: Int, _ panels: Range<Int>) {
                guard panels.lowerBound <= panel, reaches(node, leaf, reach, boxes) else { return }
                guard panels.count == 1 else {
                    let middle = Self.middle(panels)
                    visit(2 * node + 1, panels.lowerBound..<middle)
                    visit(2 * node + 2, middle..<panels.upperBound)
                    return
                }
                if run.upperBound == panels.lowerBound, run.count < longest {
                    run = run.lowerBound..<panels.upperBound
                } else {
                    if !run.isEmpty { body(run) }
                    run = panels
                }
            }
            visit(0, 0..<panelCount)
        }
        if !run.isEmpty { body(run) }
    }

    private func node(ofPanel panel: Int) -> Int {
        var (node, panels) = (0, 0..<panelCount)
        while panels.count > 1 {
            let middle = Self.middle(panels)
            if panel < middle {
                (node, panels) = (2 * node + 1, panels.lowerBound..<middle)
            } else {
                (node, panels) = (2 * node + 2, middle..<panels.upperBound)
            }
        }
        return node
    }

    private func reaches(
        _ a: Int, _ b: Int, _ reach: Reach, _ boxes: UnsafeBufferPointer<Double>
    ) -> Bool {
        let (a, b) = (a * 2 * axisCount, b * 2 * axisCount)
        var total = 0.0
        for axis in 0..<axisCount {
            let gap = max(
                boxes[a + axis] - boxes[b + axisCount + axis], boxes[b + axis] - boxes[a + axisCount + axis],
                0)
            switch reach.norm {
            case .squares: total += gap * gap
            case .sum: total += gap
            case .largest: total = max(total, gap)
            case .none: break
            }
        }
        return total <= reach.limit
    }

    private static func middle(_ range: Range<Int>) -> Int { range.lowerBound + range.count / 2 }
}

/// How far panels may be apart: a bound on a norm of the gap between their boxes.
struct Reach: Sendable {
    enum Norm: Sendable { case squares, sum, largest, none }
    let norm: Norm
    let limit: Double
}

// MARK: building

extension PanelTree {
    private static func build<Value: BinaryFloatingPoint & Sendable>(
        _ coordinates: NumberArray<Value>, _ points: PreparedPoints, _ panelCount: Int, _ axisCount: Int,
        _ context: ComputeContext
    ) -> (order: [Int32], boxes: [Double]) {
        var order = (0..<Int32(points.count)).map { $0 }
        var nodeCount = 1
        while nodeCount < panelCount { nodeCount *= 2 }
        // One level more than a full tree: halves of odd ranges differ by one.
        var boxes = [Double](repeating: 0, count: 4 * nodeCount * 2 * axisCount)
        coordinates.withUnsafeBufferPointer { coordinates in
            order.withUnsafeMutableBufferPointer { order in
                boxes.withUnsafeMutableBufferPointer { boxes in
                    var builder = Builder(
                        coordinates: coordinates, dimension: points.dimension,
                        width: points.arithmetic.panelWidth, order: order, boxes: boxes,
                        stop: context.stop, axes: [])
                    builder.chooseAxes(axisCount)
                    builder.build(Part(node: 0, panels: 0..<panelCount), on: context.team)
                }
            }
        }
        return (order, boxes)
    }

    /// A node and the panels that it covers.
    private struct Part: Sendable {
        let node: Int
        let panels: Range<Int>

        var isLeaf: Bool { panels.count == 1 }
        var halves: [Part] {
            let middle = PanelTree.middle(panels)
            return [
                Part(node: 2 * node + 1, panels: panels.lowerBound..<middle),
                Part(node: 2 * node + 2, panels: middle..<panels.upperBound),
            ]
        }
    }

    /// `@unchecked Sendable`: workers build different parts, which share nothing.
    private struct Builder<Value: BinaryFloatingPoint & Sendable>: @unchecked Sendable {
        let coordinates: UnsafeBufferPointer<Value>
        let dimension: Int
        let width: Int
        let order: UnsafeMutableBufferPointer<Int32>
        let boxes: UnsafeMutableBufferPointer<Double>
        let stop: StopSignal
        var axes: [Int]

        func coordinate(_ place: Int, _ axis: Int) -> Value {
            coordinates[Int(order[place]) &* dimension &+ axis]
        }

        /// How far a sample of the points at `places` spreads along `axis`.
        func spread(along axis: Int, at places: Range<Int>) -> Value {
            var (low, high) = (Value.infinity, -Value.infinity)
            for place in stride(from: places.lowerBound, to: places.upperBound, by: places.count / 64 + 1) {
                let value = coordinate(place, axis)
                low = min(low, value)
                high = max(high, value)
            }
            return high - low
        }

        mutating func chooseAxes(_ count: Int) {
            let spreads = (0..<dimension).map { spread(along: $0, at: 0..<order.count) }
            let widest = (0..<dimension).sorted { (spreads[$1], $0) < (spreads[$0], $1) }
            axes = Array(widest.prefix(count))
        }

        /// Splits from the top until there is a part for everybody, then each builds his.
        func build(_ root: Part, on team: any Team) {
            var (upper, parts) = ([] as [Part], [root])
            while team.size > 1, parts.count < 4 * team.size, !parts.allSatisfy(\.isLeaf) {
                let level = parts
                team.forEachChunk(of: level.count, by: 1, stop: stop) { _, range in
                    for index in range { split(level[index]) }
                }
                upper += level.filter { !$0.isLeaf }
                parts = level.flatMap { $0.isLeaf ? [$0] : $0.halves }
            }
            let all = parts
            team.forEachChunk(of: all.count, by: 1, stop: stop) { _, range in
                for index in range { build(all[index]) }
            }
            for part in upper.reversed() { uniteBoxes(below: part.node) }
        }

        private func build(_ part: Part) {
            if part.isLeaf { return fillBox(of: part) }
            if stop.isStopped { return }
            split(part)
            for half in part.halves { build(half) }
            uniteBoxes(below: part.node)
        }

        private func places(_ panels: Range<Int>) -> Range<Int> {
            panels.lowerBound * width..<min(panels.upperBound * width, order.count)
        }

        private func box(_ node: Int) -> UnsafeMutableBufferPointer<Double> {
            UnsafeMutableBufferPointer(rebasing: boxes[node * 2 * axes.count..<(node + 1) * 2 * axes.count])
        }

        private func fillBox(of leaf: Part) {
            let box = box(leaf.node)
            for (index, axis) in axes.enumerated() {
                var (low, high) = (Value.infinity, -Value.infinity)
                for place in places(leaf.panels) {
                    low = min(low, coordinate(place, axis))
                    high = max(high, coordinate(place, axis))
                }
                box[index] = Double(low)
                box[axes.count + index] = Double(high)
            }
        }

        private func uniteBoxes(below node: Int) {
            let (box, left, right) = (box(node), box(2 * node + 1), box(2 * node + 2))
            for index in axes.indices {
                box[index] = min(left[index], right[index])
                box[axes.count + index] = max(left[axes.count + index], right[axes.count + index])
            }
        }

        /// Sorts the points of a part into its halves, along the axis of the widest spread.
        private func split(_ part: Part) {
            if part.isLeaf { return }
            let places = places(part.panels)
            var (axis, widest) = (axes[0], -Value.infinity)
            for candidate in axes {
                let spread = spread(along: candidate, at: places)
                if spread > widest { (axis, widest) = (candidate, spread) }
            }
            partition(places, at: PanelTree.middle(part.panels) * width, along: axis)
        }

        /// Brings the points that are least along `axis` to the places before `middle` (quickselect;
        /// equal coordinates are ordered by point, so that it never degenerates on duplicates).
        func partition(_ places: Range<Int>, at middle: Int, along axis: Int) {
            func isLess(_ a: Int32, _ b: Int32) -> Bool {
                let (x, y) = (
                    coordinates[Int(a) &* dimension &+ axis], coordinates[Int(b) &* dimension &+ axis]
                )
                return x < y || (x == y && a < b)
            }
            var (low, high) = (places.lowerBound, places.upperBound - 1)
            while low < high {
                // The median of three, which sorted input needs.
                let (a, b, c) = (order[low], order[(low + high) / 2], order[high])
                let pivot =
                    isLess(a, b)
                    ? (isLess(b, c) ? b : isLess(a, c) ? c : a)
                    : (isLess(a, c) ? a : isLess(b, c) ? c : b)
                var (i, j) = (low, high)
                while i <= j {
                    while isLess(order[i], pivot) { i += 1 }
                    while isLess(pivot, order[j]) { j -= 1 }
                    if i <= j {
                        order.swapAt(i, j)
                        i += 1
                        j -= 1
                    }
                }
                if middle <= j {
                    high = j
                } else if middle >= i {
                    low = i
                } else {
                    return
                }
            }
        }
    }
}
