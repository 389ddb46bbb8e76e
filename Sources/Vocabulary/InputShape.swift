/// What is known of an input before its numbers are read: enough to refuse it.
public struct InputShape: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case points(dimension: Int)
        case distances
        case sparse(edges: Int)
    }

    public let kind: Kind
    /// The number of points or vertices.
    public let count: Int
    /// The type of the real numbers in it.
    public let precision: Precision
    public let hasVertexBirths: Bool
    public let hasWeights: Bool
    /// The size of its arrays.
    public let byteCount: Int

    /// Nil when the byte count passes an `Int`, or a count is negative.
    public init?(
        kind: Kind, count: Int, precision: Precision, hasVertexBirths: Bool = false, hasWeights: Bool = false
    ) {
        guard count >= 0 else { return nil }
        let scalars: (partialValue: Int, overflow: Bool)
        var otherBytes = 0
        switch kind {
        case .points(let dimension):
            guard dimension >= 0 else { return nil }
            scalars = count.multipliedReportingOverflow(by: dimension)
        case .distances:
            let twice = count.multipliedReportingOverflow(by: max(count - 1, 0))
            scalars = (twice.partialValue / 2, twice.overflow)
        case .sparse(let edges):
            guard edges >= 0, edges < 1 << 48 else { return nil }
            scalars = (edges, false)
            otherBytes = 8 * edges
        }
        let scalarSize = precision == .float64 ? 8 : 4
        // Far below overflow, far above any memory.
        guard !scalars.overflow, scalars.partialValue < 1 << 48, count < 1 << 48 else { return nil }
        let perVertex = (hasVertexBirths ? count : 0) + (hasWeights ? count : 0)
        self.kind = kind
        self.count = count
        self.precision = precision
        self.hasVertexBirths = hasVertexBirths
        self.hasWeights = hasWeights
        self.byteCount = (scalars.partialValue + perVertex) * scalarSize + otherBytes
    }
}

extension ComputeInput {
    public var shape: InputShape {
        let shape =
            switch self {
            case .points(let cloud):
                InputShape(
                    kind: .points(dimension: cloud.dimension), count: cloud.count,
                    precision: cloud.coordinates.precision, hasWeights: cloud.weights != nil)
            case .distances(let matrix):
                InputShape(
                    kind: .distances, count: matrix.count, precision: matrix.lowerTriangle.precision,
                    hasVertexBirths: matrix.vertexBirths != nil, hasWeights: matrix.weights != nil)
            case .sparse(let graph):
                InputShape(
                    kind: .sparse(edges: graph.edgeCount), count: graph.count,
                    precision: graph.lengths.precision, hasVertexBirths: graph.vertexBirths != nil,
                    hasWeights: graph.weights != nil)
            }
        guard let shape else { preconditionFailure("arrays in memory have a size") }
        return shape
    }
}
