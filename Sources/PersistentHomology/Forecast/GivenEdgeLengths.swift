import Hardware
package import Vocabulary

/// The edges of a sparse graph as distances, infinite where there is no edge.
package struct GivenEdgeLengths: LengthSource {
    package let count: Int
    /// The list of v is at `starts[v] ..< starts[v + 1]`.
    private var starts: [Int]
    private var neighbours: [Int32]
    private var lengths: [Float]

    /// Nil of a graph with so many edges that their lists, which no account knows of, are too much for a forecast.
    package init?(_ graph: SparseGraph) {
        guard graph.edgeCount <= Self.mostEdges else { return nil }
        count = graph.count
        starts = [Int](repeating: 0, count: count + 1)
        for end in graph.ends { starts[Int(end) + 1] += 1 }
        for v in 0..<count { starts[v + 1] += starts[v] }
        neighbours = [Int32](repeating: 0, count: graph.ends.count)
        lengths = [Float](repeating: 0, count: graph.ends.count)
        var next = starts
        for edge in 0..<graph.edgeCount {
            let (a, b) = (graph.ends[2 * edge], graph.ends[2 * edge + 1])
            let length = Float(graph.lengths[edge])
            for (v, other) in [(Int(a), b), (Int(b), a)] {
                neighbours[next[v]] = other
                lengths[next[v]] = length
                next[v] += 1
            }
        }
    }

    private static let mostEdges = 1 << 21

    package func row(of point: Int) -> [Float] {
        var row = [Float](repeating: .infinity, count: count)
        row[point] = 0
        for place in starts[point]..<starts[point + 1] { row[Int(neighbours[place])] = lengths[place] }
        return row
    }

    package func matrix(of points: [Int]) -> DistanceMatrix {
        var places = [Int32](repeating: -1, count: count)
        for (place, point) in points.enumerated() { places[point] = Int32(place) }
        var triangle = [Float](repeating: .infinity, count: points.count * (points.count - 1) / 2)
        for (high, point) in points.enumerated() {
            for place in starts[point]..<starts[point + 1] {
                let low = Int(places[Int(neighbours[place])])
                if low >= 0, low < high { triangle[high * (high - 1) / 2 + low] = lengths[place] }
            }
        }
        return DistanceMatrix(computed: .float32(NumberArray(triangle)), count: points.count)
    }
}

/// As many points of another source, evenly spread: for a part of the input that is chosen later.
package struct SomeLengths<Source: LengthSource>: LengthSource {
    private let source: Source
    package let count: Int

    package init(_ source: Source, count: Int) {
        self.source = source
        self.count = min(count, source.count)
    }

    package func row(of point: Int) throws(Failure) -> [Float] {
        let row = try source.row(of: place(point))
        return (0..<count).map { row[place($0)] }
    }

    package func matrix(of points: [Int]) throws(Failure) -> DistanceMatrix {
        try source.matrix(of: points.map(place))
    }

    private func place(_ point: Int) -> Int { point * source.count / count }
}
