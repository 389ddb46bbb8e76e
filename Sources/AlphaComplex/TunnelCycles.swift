import Delaunay
import Hardware
import Vocabulary

/// Cycles of degree 1 in space: reduced columns, and the loops that edges close with the spanning forest.
struct TunnelCycles {
    private let edges: UnsafePointer<Graded>
    private var writer: CycleWriter
    /// By vertex: the next one on the way to the root of its tree, and how long that way is.
    private let parents: [Int32]
    private let depths: [Int32]

    /// - Parameters:
    ///   - edges: critical edges, sorted.
    ///   - isInTree: by their places.
    init(
        edges: UnsafePointer<Graded>, count: Int, isInTree: UnsafePointer<Bool>, vertexCount: Int,
        writer: CycleWriter
    ) throws(DelaunayError) {
        var neighbours = [[Int32]](repeating: [], count: vertexCount)
        for place in 0..<count where isInTree[place] {
            neighbours[Int(edges[place].code)].append(edges[place].other)
            neighbours[Int(edges[place].other)].append(edges[place].code)
        }
        var parents = (0..<vertexCount).map { Int32($0) }
        var depths = [Int32](repeating: -1, count: vertexCount)
        for root in 0..<vertexCount where depths[root] < 0 {
            depths[root] = 0
            var reached = [root]
            while let vertex = reached.popLast() {
                for next in neighbours[vertex] where depths[Int(next)] < 0 {
                    parents[Int(next)] = Int32(vertex)
                    depths[Int(next)] = depths[vertex] + 1
                    reached.append(Int(next))
                }
            }
        }
        self.edges = edges
        self.writer = writer
        self.parents = parents
        self.depths = depths
    }

    /// Edges point from their lower to their higher vertex.
    mutating func cycle(of terms: UnsafeBufferPointer<Term>) throws(DelaunayError) -> RepresentativeCocycle {
        for term in terms {
            let edge = edges[term.place]
            writer.add([edge.code, edge.other], coefficient: term.coefficient)
        }
        return try writer.finish(dimension: 1)
    }

    /// An edge, and the way back from its end to its start along the forest.
    mutating func cycle(closedBy edge: Graded) throws(DelaunayError) -> RepresentativeCocycle {
        writer.add([edge.code, edge.other])
        var (from, to) = (edge.other, edge.code)
        while from != to {
            if depths[Int(from)] >= depths[Int(to)] {
                let up = parents[Int(from)]
                writer.add([from, up])
                from = up
            } else {
                let up = parents[Int(to)]
                writer.add([up, to])
                to = up
            }
        }
        return try writer.finish(dimension: 1)
    }
}
