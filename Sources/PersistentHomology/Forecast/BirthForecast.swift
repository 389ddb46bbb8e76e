package import Vocabulary

/// How many edges have an empty lune without being in the spanning forest: the births of dimension 1. Between points of a
/// space they are about as many as the points; with random distances many times as many, and their cycles are long.
package struct BirthForecast: Sendable, Hashable {
    package let births: Double

    /// Looks at the edges of a few points, the shorter ones nearly all, of the longer ones ever fewer; the same for the
    /// same input.
    package init(_ source: some LengthSource, threshold: Double?) throws(Failure) {
        let count = source.count
        // An infinite length is no edge, and Float rounds the greatest Double up to it.
        let bound = min(threshold.map { Float($0) } ?? .infinity, .greatestFiniteMagnitude)
        let looked = min(Self.points, count)
        var empty = 0
        for index in 0..<looked {
            let a = index * count / looked
            let row = try source.row(of: a)
            let others = row.indices.filter { $0 != a && row[$0] <= bound }
                .map { Edge(length: row[$0], from: a, to: $0) }.sorted { $0 < $1 }
            var place = 0
            while place < others.count {
                let edge = others[place]
                let lengths = try source.lengths(from: edge.other)
                let isEmpty = !others[..<place].contains {
                    Edge(length: lengths($0.other), from: edge.other, to: $0.other) < edge
                }
                let step = 1 + place / Self.dense
                if isEmpty { empty += step }
                place += step
            }
        }
        // Every edge is at two points.
        let edges = Double(empty) / Double(max(looked, 1)) * Double(count) / 2
        births = max(0, edges - Double(count - 1))
    }

    private static let points = 8
    /// So many of a point's nearest neighbours are all looked at.
    private static let dense = 16

    /// An edge of one vertex, in the order by length in which ties are settled (docs/engine.md, section 1).
    private struct Edge {
        let length: Float
        let other: Int
        private let larger: Int
        private let smaller: Int

        init(length: Float, from vertex: Int, to other: Int) {
            self.length = length
            self.other = other
            (larger, smaller) = (max(vertex, other), min(vertex, other))
        }

        static func < (a: Edge, b: Edge) -> Bool {
            (a.length, a.larger, a.smaller) < (b.length, b.larger, b.smaller)
        }
    }
}
