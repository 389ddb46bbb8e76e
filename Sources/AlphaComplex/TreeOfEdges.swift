import Delaunay
import Hardware

/// Degree 0: the minimum spanning tree of the critical edges, which are sorted by length.
enum TreeOfEdges {
    /// Marks in `isInTree`, by an edge's place, those that join two components, and reports their bars.
    /// - Parameter ends: the two vertices of the edge at a place.
    static func grow(
        edges: UnsafePointer<Graded>, count: Int, vertexCount: Int, distinct: Int,
        isInTree: UnsafeMutablePointer<Bool>, bars: inout Bars, context: ComputeContext,
        ends: (Graded) -> (Int32, Int32)
    ) throws(DelaunayError) {
        let parents = try FlatArray<Int32>(capacity: vertexCount, account: context.memory)
        let components = DisjointSets(parent: parents.base)
        components.separate(vertexCount)
        isInTree.update(repeating: false, count: max(count, 1))
        var left = distinct
        for place in 0..<count {
            if place & 4095 == 0, let reason = context.stop.reason { throw .stopped(reason) }
            let (a, b) = ends(edges[place])
            let (one, other) = (components.root(of: a), components.root(of: b))
            if one == other { continue }
            parents.base[Int(max(one, other))] = min(one, other)
            isInTree[place] = true
            bars.addComponent(until: edges[place].value)
            left &-= 1
            if left == 1 { break }
        }
        // Components that are apart at the threshold never end.
        let ended = bars.pairs.count
        for _ in 0..<max(0, distinct - ended) { bars.addEssential(dimension: 0, birth: 0) }
    }
}
