/// What a computation starts from.
public enum ComputeInput: Sendable, Hashable {
    case points(PointCloud)
    case distances(DistanceMatrix)
    case sparse(SparseGraph)

    /// The number of points or vertices.
    public var count: Int {
        switch self {
        case .points(let cloud): cloud.count
        case .distances(let matrix): matrix.count
        case .sparse(let graph): graph.count
        }
    }

    /// The same input with weights.
    ///
    /// - Throws: `InvalidInput` unless there is a finite number ≥ 0 for each point, and no births.
    public func weighted(by weights: Scalars) throws(InvalidInput) -> ComputeInput {
        switch self {
        case .points(let cloud):
            .points(
                try PointCloud(
                    dimension: cloud.dimension, coordinates: cloud.coordinates, weights: weights))
        case .distances(let matrix):
            .distances(
                try DistanceMatrix(
                    count: matrix.count, lowerTriangle: matrix.lowerTriangle.scalars,
                    vertexBirths: matrix.vertexBirths, weights: weights))
        case .sparse(let graph):
            .sparse(
                try SparseGraph(
                    count: graph.count, ends: graph.ends, lengths: graph.lengths,
                    vertexBirths: graph.vertexBirths, weights: weights))
        }
    }

    /// The weights of the points or vertices, where they come with the input.
    public var weights: Scalars? {
        switch self {
        case .points(let cloud): cloud.weights
        case .distances(let matrix): matrix.weights
        case .sparse(let graph): graph.weights
        }
    }
}

/// One computation: its input, the complex that is asked for, and what it may use.
public struct ComputeRequest: Sendable {
    public var input: ComputeInput
    public var options: ComplexOptions
    /// At most this many threads; nil means as the daemon sees fit.
    public var threads: Int?
    /// From admission to result; nil means none.
    public var timeout: Duration?
    /// The trace that it is a part of.
    public var traceParent: TraceParent?

    public init(
        input: ComputeInput, options: ComplexOptions, threads: Int? = nil, timeout: Duration? = nil
    ) {
        self.input = input
        self.options = options
        self.threads = threads
        self.timeout = timeout
    }

    /// The Vietoris–Rips barcode of `input`.
    public init(
        input: ComputeInput, options: VietorisRipsOptions, threads: Int? = nil, timeout: Duration? = nil
    ) {
        self.init(input: input, options: .vietorisRips(options), threads: threads, timeout: timeout)
    }
}

/// The answer: the barcode, and how it was come by.
public struct ComputeResult: Sendable {
    public var barcode: Barcode
    public var statistics: ComputeStatistics
    /// The points that were computed with, where these were not all.
    public var subsample: Subsample?
    /// The simplices of an alpha complex at its threshold; nil for every other complex.
    public var alphaShape: AlphaShape?

    public init(
        barcode: Barcode, statistics: ComputeStatistics, subsample: Subsample? = nil,
        alphaShape: AlphaShape? = nil
    ) {
        self.barcode = barcode
        self.statistics = statistics
        self.subsample = subsample
        self.alphaShape = alphaShape
    }
}
