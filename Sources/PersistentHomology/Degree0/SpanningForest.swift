import Hardware
import Vocabulary

/// Degree 0 by union–find (Kruskal): the edges that join two components, and the bars they end.
struct SpanningForest {
    /// A bit for each place among the edges given: whether the edge belongs to the forest.
    private let members: Storage<UInt64>
    /// The bars of dimension 0 with birth < death.
    private(set) var bars: Bars

    /// Joins components in the order of `edges`, among which must be all that join any. Where births
    /// differ the younger component dies (elder rule).
    ///
    /// Only what still joins two components when its turn comes near is looked at one by one; the rest is
    /// thrown out by all workers, window after window (filter-Kruskal: Osipov, Sanders and Singler, 2009).
    init<Graph: RankedGraph>(
        of graph: Graph, edges: Graph.Edges, births: Scalars?, representatives wanted: Bool,
        context: ComputeContext
    ) throws(HomologyError) {
        members = try Storage(repeating: 0, count: (edges.count + 63) / 64, memory: context.memory)
        bars = Bars(memory: context.memory)
        bars.reserve(graph.vertexCount)
        var components = try Components(of: graph, births: births, listed: wanted, memory: context.memory)
        var window = 0..<min(edges.count, Self.smallWindow)
        while !window.isEmpty, components.count > 1 {
            try choose(edges, in: window, components, context)
            for word in window.lowerBound / 64..<(window.upperBound + 63) / 64 {
                var bits = members.base[word]
                while bits != 0 {
                    let bit = bits & ~(bits - 1)
                    bits ^= bit
                    let place = word * 64 + bit.trailingZeroBitCount
                    let ends = edges.ends(place)
                    if let younger = components.join(ends) {
                        try bars.append(
                            younger, of: components, death: edges.length(place), end: graph.labelled(ends))
                        components.letGo(younger)
                    } else {
                        members.base[word] ^= bit
                    }
                }
            }
            window = window.upperBound..<min(2 * window.upperBound, edges.count)
        }
        for root in components.roots {
            try bars.append(root, of: components, death: .infinity, end: nil)
        }
    }

    /// A multiple of 64: so many edges are not worth a look by all workers.
    private static let smallWindow = 1 << 12

    /// Sets the bits of the edges in `window` that join two components as they are now.
    private func choose(
        _ edges: some EdgeSequence, in window: Range<Int>, _ components: Components,
        _ context: ComputeContext
    ) throws(HomologyError) {
        if window.lowerBound == 0 {
            for place in window { members.base[place / 64] |= 1 << UInt64(place % 64) }
            return
        }
        components.flatten()
        let (members, parents) = (members, components.parents)
        try context.forEachChunk(of: window.count, size: Self.smallWindow) { _, range in
            for place in window.lowerBound + range.lowerBound..<window.lowerBound + range.upperBound {
                let (a, b) = edges.ends(place)
                if parents.base[Int(a)] != parents.base[Int(b)] {
                    members.base[place / 64] |= 1 << UInt64(place % 64)
                }
            }
        }
    }

    /// Whether the edge at `place` among those given belongs to the forest.
    func contains(_ place: Int) -> Bool { members.base[place >> 6] >> UInt64(place & 63) & 1 == 1 }
}

extension Bars {
    /// Adds the bar of the component with root `root`, if it has a length; `end` is what ends it.
    fileprivate mutating func append(
        _ root: UInt32, of components: Components, death: Double, end: FlagGenerator.Ends?
    ) throws(HomologyError) {
        let birth = components.birth(root)
        if birth >= death { return }
        let pair = PersistencePair(dimension: 0, birth: birth, death: death)
        guard let members = components.members(of: root), let oldest = members.first else {
            return append(pair)
        }
        // The cochain that is 1 on the component: its coboundary vanishes until the component is joined.
        try reserveCocycles(termCount: members.count, dimension: 0)
        append(
            pair,
            RepresentativeCocycle(
                vertices: members.sorted(by: >), coefficients: [UInt16](repeating: 1, count: members.count)),
            FlagGenerator(birth: FlagGenerator.Ends(oldest, oldest), death: end))
    }
}
