internal import Vocabulary

/// What a matrix and a graph come down to for the oracle: when each vertex appears, and when each
/// pair of vertices is joined (infinity: never).
struct LengthTable {
    let count: Int
    let births: [Double]
    /// The longest edge that is let in.
    let threshold: Double
    private var lengths: [Double]

    subscript(a: Int, b: Int) -> Double { lengths[a * count + b] }

    /// Whether the edge is ever let in.
    func joins(_ a: Int, _ b: Int) -> Bool { self[a, b] <= threshold && self[a, b] < .infinity }

    /// Without a threshold: up to the enclosing radius, min over i of max over j of d(i, j).
    init(_ matrix: DistanceMatrix, threshold asked: Double?) {
        let count = matrix.count
        var lengths = [Double](repeating: .infinity, count: count * count)
        for row in 0..<count {
            for column in 0..<row {
                let length = matrix.lowerTriangle[row * (row - 1) / 2 + column]
                lengths[row * count + column] = length
                lengths[column * count + row] = length
            }
        }
        var radius = Double.infinity
        for i in 0..<count {
            let farthest = (0..<count).map { $0 == i ? 0 : lengths[i * count + $0] }.max()
            radius = min(radius, farthest ?? 0)
        }
        self.count = count
        self.lengths = lengths
        births = Self.births(matrix.vertexBirths, count: count)
        threshold = asked.map { Self.round($0, to: matrix.lowerTriangle.precision) } ?? radius
    }

    /// Without a threshold: every edge of the graph.
    init(_ graph: SparseGraph, threshold asked: Double?) {
        let count = graph.count
        var lengths = [Double](repeating: .infinity, count: count * count)
        for edge in 0..<graph.edgeCount {
            let (a, b) = (Int(graph.ends[2 * edge]), Int(graph.ends[2 * edge + 1]))
            lengths[a * count + b] = graph.lengths[edge]
            lengths[b * count + a] = graph.lengths[edge]
        }
        self.count = count
        self.lengths = lengths
        births = Self.births(graph.vertexBirths, count: count)
        threshold = asked.map { Self.round($0, to: graph.lengths.precision) } ?? .infinity
    }

    private static func births(_ given: Scalars?, count: Int) -> [Double] {
        (0..<count).map { given?[$0] ?? 0 }
    }

    /// A threshold is compared in the precision of the lengths: 0.1 lets in a Float edge of 0.1.
    private static func round(_ threshold: Double, to precision: Precision) -> Double {
        precision == .float32 ? Double(Float(threshold)) : threshold
    }
}
