/// A weighted undirected graph on `count` vertices: the pairs that may ever be joined, and when.
///
/// Edge `e` joins `ends[2 * e]` and `ends[2 * e + 1]` at `lengths[e]`. Edges stand in any order;
/// each pair at most once.
public struct SparseGraph: Sendable, Hashable {
    public let count: Int
    public let ends: [Int32]
    public let lengths: Scalars
    /// When each vertex appears; nil means all at 0.
    public let vertexBirths: Scalars?
    /// One for each vertex, for a weighted filtration; never with births.
    public let weights: Scalars?

    public var edgeCount: Int { lengths.count }

    /// - Throws: `InvalidInput` when the arrays do not match, a vertex is out of range, an edge is a
    ///   loop, a length is NaN or negative, an edge is shorter than the birth of one of its ends, or a
    ///   weight is negative or not finite.
    ///   Repeated pairs are found later, when the edges are sorted.
    public init(
        count: Int, ends: [Int32], lengths: Scalars, vertexBirths: Scalars? = nil, weights: Scalars? = nil
    ) throws(InvalidInput) {
        guard count > 0 else { throw .empty("graph") }
        guard ends.count == 2 * lengths.count else {
            throw .wrongCount("edge ends", found: ends.count, expected: 2 * lengths.count)
        }
        if let vertexBirths {
            guard vertexBirths.count == count else {
                throw .wrongCount("vertex births", found: vertexBirths.count, expected: count)
            }
            if let bad = vertexBirths.firstNonFinite { throw .notFinite("vertex_births[\(bad)]") }
        }
        if let bad = lengths.firstNaNOrNegative {
            throw .notADistance("edges[\(bad)]", value: lengths[bad])
        }
        for edge in 0..<lengths.count {
            let (a, b) = (Int(ends[2 * edge]), Int(ends[2 * edge + 1]))
            guard a >= 0, a < count, b >= 0, b < count, a != b else {
                throw .badEdge("edges[\(edge)]", a: a, b: b, count: count)
            }
            if let vertexBirths {
                let birth = max(vertexBirths[a], vertexBirths[b])
                if lengths[edge] < birth {
                    throw .edgeBeforeVertex("edges[\(edge)]", length: lengths[edge], birth: birth)
                }
            }
        }
        try weights?.checkWeights(of: count)
        guard vertexBirths == nil || weights == nil else { throw .weightsAndBirths }
        self.count = count
        self.ends = ends
        self.lengths = lengths
        self.vertexBirths = vertexBirths
        self.weights = weights
    }

    /// Takes over edges that were computed, not received: nothing is checked again.
    package init(computed lengths: Scalars, ends: [Int32], count: Int, vertexBirths: Scalars? = nil) {
        self.count = count
        self.ends = ends
        self.lengths = lengths
        self.vertexBirths = vertexBirths
        weights = nil
    }
}
