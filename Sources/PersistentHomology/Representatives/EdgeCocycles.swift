import Hardware
import Synchronization
import Vocabulary

/// The cocycles of dimension 1, side by side: their values on critical edges (`CriticalValues`) spread to
/// all other edges by one pass in the order of rank, from the legs of an edge to the edge.
///
/// The bars are cut into batches of as many as a machine word or vector holds, of like length and near
/// in birth, since a pass goes from the first birth of its batch to the last death.
struct EdgeCocycles<Graph: RankedGraph, Lanes: CocycleLanes> {
    let graph: Graph
    let values: CriticalValues
    let field: PrimeField
    let context: ComputeContext

    private struct Bar: Sendable {
        let place: Int
        let birth: UInt32
        /// The rank at which its cocycle ends: that of the death, or the number of edges.
        let end: Int
        let pair: PersistencePair
        let generator: FlagGenerator
    }

    /// Adds the bars of dimension 1 with their cocycles and generators.
    func add(
        to bars: inout Bars, critical: CriticalEdges<Graph>, blocks: Blocks?,
        scratch: WorkerScratch<Graph.Scanner>
    ) throws(HomologyError) {
        let found = found()
        let legs = try EdgeLegs(
            of: graph, below: found.map(\.end).max() ?? 0, critical: critical, blocks: blocks,
            scratch: scratch, context: context)
        let batches = batches(of: found)
        let cocycles = try cocycles(of: batches, legs: legs, counting: bars)
        for (bar, cocycle) in cocycles { bars.append(bar.pair, cocycle, bar.generator) }
    }

    /// The bars that have a length.
    private func found() -> [Bar] {
        (0..<values.count).compactMap { place in
            let (birth, death) = (values.birth(place), values.death(place))
            guard let pair = graph.pair(dimension: 1, birth: birth, death: death),
                let generator = graph.generator(birth: birth, death: death)
            else { return nil }
            let end = death == none ? graph.edgeCount : Int(death)
            return Bar(place: place, birth: birth, end: end, pair: pair, generator: generator)
        }
    }

    private func batches(of bars: [Bar]) -> [ArraySlice<Bar>] {
        func lengthClass(_ bar: Bar) -> Int { (bar.end - Int(bar.birth)).leadingZeroBitCount }
        // The longest first, so that none is left over when the others are done.
        let sorted = bars.sorted { (lengthClass($0), $0.birth) < (lengthClass($1), $1.birth) }
        return stride(from: 0, to: sorted.count, by: Lanes.count).map {
            sorted[$0..<min($0 + Lanes.count, sorted.count)]
        }
    }

    private func cocycles(
        of batches: [ArraySlice<Bar>], legs: EdgeLegs, counting bars: Bars
    ) throws(HomologyError) -> [(Bar, RepresentativeCocycle)] {
        let found = Mutex<[(Bar, RepresentativeCocycle)]>([])
        let scratch = try (0..<context.team.size).map { _ throws(HomologyError) in
            try CriticalValues.Scratch(for: values, memory: context.memory)
        }
        try context.forEachChunk(of: batches.count, size: 1) { worker, range throws(HomologyError) in
            for batch in range.map({ batches[$0] }) {
                let window = try window(of: batch, legs: legs, scratch: scratch[worker])
                let cocycles = try window.cocycles(counting: bars)
                found.withLock { $0 += zip(batch, cocycles) }
            }
        }
        return found.withLock { $0 }
    }

    /// Computes the values of a batch.
    private func window(
        of batch: ArraySlice<Bar>, legs: EdgeLegs, scratch: CriticalValues.Scratch
    ) throws(HomologyError) -> Window {
        let low = batch.map { Int($0.birth) }.min() ?? 0
        let high = batch.map(\.end).max() ?? 0
        let lanes = try Storage<Lanes>(repeating: .zero, count: high - low, memory: context.memory)
        for (lane, bar) in batch.enumerated() {
            values.forEach(ofBarAt: bar.place, scratch: scratch) { rank, value in
                if Int(rank) < high { lanes.base[Int(rank) - low][lane] = value }
            }
        }
        for rank in low..<high {
            if rank & 0xffff == 0 { try context.checkStop() }
            guard let legs = legs[rank] else { continue }
            let (first, second) = (Int(legs.first) &- low, Int(legs.second) &- low)
            let minuend = first >= 0 ? lanes.base[first] : .zero
            guard second >= 0 else {
                lanes.base[rank &- low] = minuend
                continue
            }
            let other = lanes.base[second]
            lanes.base[rank &- low] =
                legs.isDifference ? minuend.subtracting(other, field) : minuend.adding(other, field)
        }
        return Window(graph: graph, bars: batch, low: low, lanes: lanes, field: field, context: context)
    }

    /// The values of a batch of cocycles on the edges from `low` on.
    private struct Window {
        let graph: Graph
        let bars: ArraySlice<Bar>
        let low: Int
        let lanes: Storage<Lanes>
        let field: PrimeField
        let context: ComputeContext

        func cocycles(counting: Bars) throws(HomologyError) -> [RepresentativeCocycle] {
            var counts = [Int](repeating: 0, count: bars.count)
            try forEachTerm { _, lane in counts[lane] += 1 }
            try counting.reserveCocycles(termCount: counts.reduce(0, +), dimension: 1)
            var vertices = counts.map { count in
                var vertices: [Int32] = []
                vertices.reserveCapacity(2 * count)
                return vertices
            }
            var coefficients = counts.map { count in
                var coefficients: [UInt16] = []
                coefficients.reserveCapacity(count)
                return coefficients
            }
            try forEachTerm { rank, lane in
                let (a, b) = graph.ends(of: UInt32(truncatingIfNeeded: rank))
                let (x, y) = (
                    Int32(bitPattern: graph.label(of: a)), Int32(bitPattern: graph.label(of: b))
                )
                let value = lanes.base[rank - low][lane]
                vertices[lane].append(max(x, y))
                vertices[lane].append(min(x, y))
                coefficients[lane].append(UInt16(x > y ? value : field.negate(value)))
            }
            return zip(vertices, coefficients).map {
                RepresentativeCocycle(vertices: $0, coefficients: $1)
            }
        }

        /// Calls `body` for each edge and each lane that is not zero there, until its bar ends.
        private func forEachTerm(_ body: (_ rank: Int, _ lane: Int) -> Void) throws(HomologyError) {
            let ends = bars.map(\.end)
            var start = low
            for end in Set(ends).sorted() {
                var living: UInt64 = 0
                for (lane, own) in ends.enumerated() where own >= end { living |= 1 << UInt64(lane) }
                for rank in start..<end {
                    if rank & 0xffff == 0 { try context.checkStop() }
                    var bits = lanes.base[rank &- low].nonzero & living
                    while bits != 0 {
                        body(rank, bits.trailingZeroBitCount)
                        bits &= bits &- 1
                    }
                }
                start = end
            }
        }
    }
}
