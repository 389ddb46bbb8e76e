import Hardware
import Vocabulary

/// Degree 0 by union–find (Kruskal): the edges that join two components, and the bars they end.
struct SpanningForest {
    /// A bit for each rank: whether the edge belongs to the forest.
    private let members: Storage<UInt64>
    /// The bars of dimension 0 with birth < death.
    private(set) var bars: Bars

    /// Joins components in order of rank. Where births differ the younger component dies (elder rule).
    init<Graph: RankedGraph>(
        of graph: Graph, births: Scalars?, representatives wanted: Bool, context: ComputeContext
    ) throws(HomologyError) {
        let count = graph.vertexCount
        members = try Storage(repeating: 0, count: (graph.edgeCount + 63) / 64, memory: context.memory)
        bars = Bars(memory: context.memory)
        let parents = try Storage<UInt32>(count: count, memory: context.memory)
        for v in 0..<count { parents[v] = UInt32(v) }
        var components = wanted ? (0..<UInt32(count)).map { [Int32(bitPattern: graph.label(of: $0))] } : []
        func birth(_ v: UInt32) -> Double { (births?[Int(graph.label(of: v))] ?? 0) + 0 }

        var remaining = count - 1
        var rank: UInt32 = 0
        while remaining > 0, Int(rank) < graph.edgeCount {
            if rank & 0xffff == 0 { try context.checkStop() }
            let (a, b) = graph.ends(of: rank)
            var (elder, younger) = (Self.root(a, parents), Self.root(b, parents))
            if elder != younger {
                members[Int(rank >> 6)] |= 1 << UInt64(rank & 63)
                remaining -= 1
                // Equal births: the larger component counts as the elder where components are kept, so
                // that they are not long in all; then the smaller vertex, so that ties are settled.
                func seniority(_ v: UInt32) -> (Double, Int, UInt32) {
                    (birth(v), wanted ? -components[Int(v)].count : 0, v)
                }
                if seniority(younger) < seniority(elder) { swap(&elder, &younger) }
                let death = graph.length(of: rank)
                if birth(younger) < death {
                    let pair = PersistencePair(dimension: 0, birth: birth(younger), death: death)
                    if wanted {
                        try bars.append(pair, components[Int(younger)], end: graph.labelledEnds(of: rank))
                    } else {
                        bars.append(pair)
                    }
                }
                parents[Int(younger)] = elder
                if wanted {
                    components[Int(elder)] += components[Int(younger)]
                    components[Int(younger)] = []
                }
            }
            rank += 1
        }
        for v in 0..<UInt32(count) where parents[Int(v)] == v {
            let pair = PersistencePair(dimension: 0, birth: birth(v), death: .infinity)
            if wanted { try bars.append(pair, components[Int(v)], end: nil) } else { bars.append(pair) }
        }
    }

    func contains(_ rank: UInt32) -> Bool { members[Int(rank >> 6)] >> UInt64(rank & 63) & 1 == 1 }

    /// The root of `v`, halving the path on the way. Roots are the oldest vertex of a component.
    private static func root(_ v: UInt32, _ parents: Storage<UInt32>) -> UInt32 {
        var v = v
        while parents[Int(v)] != v {
            let grandparent = parents[Int(parents[Int(v)])]
            parents[Int(v)] = grandparent
            v = grandparent
        }
        return v
    }
}

extension Bars {
    /// Adds a bar of dimension 0 with the cochain that is 1 on its component, whose oldest vertex comes
    /// first: its coboundary vanishes until the component is joined.
    fileprivate mutating func append(
        _ pair: PersistencePair, _ component: [Int32], end: FlagGenerator.Ends?
    ) throws(HomologyError) {
        guard let oldest = component.first else { return }
        try reserveCocycles(termCount: component.count, dimension: 0)
        append(
            pair,
            RepresentativeCocycle(
                vertices: component.sorted(by: >),
                coefficients: [UInt16](repeating: 1, count: component.count)),
            FlagGenerator(birth: FlagGenerator.Ends(oldest, oldest), death: end))
    }
}
