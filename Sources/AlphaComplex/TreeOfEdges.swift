import Delaunay
import Hardware
import Vocabulary

/// Degree 0: the minimum spanning tree of the critical edges, which are sorted by length.
enum TreeOfEdges {
    /// Marks in `isInTree`, by an edge's place, those that join two components, and reports their bars.
    ///
    /// A component is represented by the vertex that names it, its least.
    ///
    /// - Parameters:
    ///   - distinct: how many points differ from each other.
    ///   - ends: the two vertices of an edge.
    static func grow(
        edges: UnsafePointer<Graded>, count: Int, vertexCount: Int, distinct: Int,
        isInTree: UnsafeMutablePointer<Bool>, bars: inout Bars, writer: CycleWriter?,
        context: ComputeContext, ends: (Graded) -> SIMD2<Int32>
    ) throws(DelaunayError) {
        let parents = try FlatArray<Int32>(capacity: vertexCount, account: context.memory)
        let components = DisjointSets(parent: parents.base)
        components.separate(vertexCount)
        isInTree.update(repeating: false, count: max(count, 1))
        // The ends of some edges at a time, as memory answers many independent questions together.
        let ahead = 64
        let found = try FlatArray<Int32>(capacity: 2 * ahead, account: context.memory)
        let waiting = found.base
        var left = distinct
        for place in 0..<count {
            if place & 4095 == 0, let reason = context.stop.reason { throw .stopped(reason) }
            let step = place % ahead
            if step == 0 {
                for next in 0..<min(ahead, count - place) {
                    let pair = ends(edges[place + next])
                    waiting[2 * next] = pair.x
                    waiting[2 * next + 1] = pair.y
                }
            }
            let (one, other) = (
                components.root(of: waiting[2 * step]), components.root(of: waiting[2 * step + 1])
            )
            if one == other { continue }
            components.parent[Int(max(one, other))] = min(one, other)
            isInTree[place] = true
            if bars.addComponent(until: edges[place].value), let writer {
                bars.represent(by: try writer.point(max(one, other)))
            }
            left &-= 1
            if left == 1 { break }
        }
        // Components that are apart at the threshold never end.
        guard let writer else {
            for _ in 0..<max(0, distinct - bars.pairs.count) { bars.addEssential(dimension: 0, birth: 0) }
            return
        }
        // Every point has a critical edge, the one to its nearest neighbour.
        var isEnd = [Bool](repeating: false, count: vertexCount)
        for place in 0..<count {
            let pair = ends(edges[place])
            isEnd[Int(pair.x)] = true
            isEnd[Int(pair.y)] = true
        }
        let tree = DisjointSets(parent: parents.base)
        tree.separate(vertexCount)
        let scale = bars.scale
        for place in 0..<count where isInTree[place] && scale.radius(edges[place].value) <= scale.threshold {
            let pair = ends(edges[place])
            let (one, other) = (tree.root(of: pair.x), tree.root(of: pair.y))
            parents.base[Int(max(one, other))] = min(one, other)
        }
        for vertex in 0..<vertexCount where isEnd[vertex] && Int(parents.base[vertex]) == vertex {
            if bars.addEssential(dimension: 0, birth: 0) {
                bars.represent(by: try writer.point(Int32(vertex)))
            }
        }
    }
}
