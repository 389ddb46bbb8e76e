public import Hardware
public import Vocabulary

/// Vietoris–Rips persistent homology of a distance matrix or a weighted graph.
///
/// Exact over Z/p, by persistent cohomology; docs/engine.md tells how, with proofs.
public enum VietorisRips {
    /// Simplices up to this dimension are ever looked at: cofacets of the highest homology dimension.
    static let highestSimplexDimension = VietorisRipsOptions.highestDimension + 1

    /// The barcode of the flag filtration of `matrix`.
    ///
    /// Blocks the calling thread, which is worker 0 of `context.team`. The result depends on the
    /// input and the options alone, not on the team.
    ///
    /// - Parameter labels: the vertices' names in representatives, where their numbers are not, and near
    ///   vertices have numbers near each other; nil where nothing is known of the numbers.
    public static func barcode(
        of matrix: DistanceMatrix, labels: [Int32]? = nil, options: VietorisRipsOptions,
        context: ComputeContext
    ) throws(HomologyError) -> ComputeResult {
        try barcode(of: matrix, labels: labels, options: options, context: context, way: nil)
    }

    /// - Parameters:
    ///   - way: to the dimensions from 2 on; nil to choose.
    ///   - effort: where columns are counted.
    package static func barcode(
        of matrix: DistanceMatrix, labels: [Int32]? = nil, options: VietorisRipsOptions,
        context: ComputeContext, way: HigherDimensionsWay?, effort: ReductionEffort? = nil
    ) throws(HomologyError) -> ComputeResult {
        var clock = PhaseClock()
        context.progress.enter("edges", at: 0)
        let threshold: Double
        if let given = options.maxEdgeLength {
            threshold = given
        } else {
            threshold = try enclosingRadius(of: matrix, context: context)
        }
        let bound = matrix.lowerTriangle.precision.rounding(threshold)
        let graph = try DenseGraph(matrix, labels: labels, threshold: bound, context: context)
        try checkKeys(graph.vertexCount, edgeCount: graph.totalEdgeCount, options)
        clock.end("edges")
        return try barcode(
            of: graph, births: byLabel(matrix.vertexBirths, labels), threshold: threshold, options: options,
            context: context, way: way, effort: effort, clock: clock)
    }

    /// The barcode of the flag filtration of the distances that were left in `square`, which is used up.
    ///
    /// - Parameters:
    ///   - labels: as for a matrix, nil only where vertices are few.
    ///   - options: with the threshold that `square` was made for.
    public static func barcode(
        of square: DistanceSquare, labels: [Int32]?, options: VietorisRipsOptions, context: ComputeContext
    ) throws(HomologyError) -> ComputeResult {
        var clock = PhaseClock()
        context.progress.enter("edges", at: 0)
        let edges = try square.complete()
        try checkKeys(square.square.count, edgeCount: edges.edgeCount, options)
        let graph = DenseGraph(
            square.square, labels: labels, edgeCount: edges.edgeCount, context: context)
        clock.end("edges")
        return try barcode(
            of: graph, births: nil, threshold: edges.threshold, options: options, context: context, way: nil,
            clock: clock)
    }

    /// The barcode of the flag filtration of `graph`: pairs that are not in it are never joined.
    ///
    /// - Parameter labels: the vertices' names in representatives, where their numbers are not, and
    ///   neighbours have numbers near each other; nil where nothing is known of the numbers.
    public static func barcode(
        of graph: SparseGraph, labels: [Int32]? = nil, options: VietorisRipsOptions, context: ComputeContext
    ) throws(HomologyError) -> ComputeResult {
        try barcode(of: graph, labels: labels, options: options, context: context, way: nil)
    }

    /// - Parameter way: to the dimensions from 2 on; nil to choose.
    package static func barcode(
        of graph: SparseGraph, labels: [Int32]? = nil, options: VietorisRipsOptions, context: ComputeContext,
        way: HigherDimensionsWay?
    ) throws(HomologyError) -> ComputeResult {
        guard graph.edgeCount < UInt32.max else {
            throw .unsupported("\(graph.edgeCount) edges; up to \(UInt32.max - 1) are supported")
        }
        guard graph.count < Blocks.mostVertices else {
            throw .unsupported("\(graph.count) vertices; up to \(Blocks.mostVertices - 1) are supported")
        }
        var clock = PhaseClock()
        context.progress.enter("edges", at: 0)
        let threshold = options.maxEdgeLength ?? .infinity
        let bound = graph.lengths.precision.rounding(threshold)
        try checkKeys(graph, within: bound, options)
        let ranked = try AdjacencyGraph(graph, labels: labels, threshold: bound, context: context)
        clock.end("edges")
        return try barcode(
            of: ranked, births: byLabel(graph.vertexBirths, labels), threshold: threshold, options: options,
            context: context, way: way, clock: clock)
    }

    /// The births of the vertices of a graph, by the names of these.
    private static func byLabel(_ births: Scalars?, _ labels: [Int32]?) -> Scalars? {
        guard let births, let labels else { return births }
        var named = [Double](repeating: 0, count: labels.count)
        for (v, label) in labels.enumerated() { named[Int(label)] = births[v] }
        return .float64(named)
    }

    /// Chooses the width of the simplex keys and the arithmetic.
    private static func barcode<Graph: RankedGraph>(
        of graph: Graph, births: Scalars?, threshold: Double, options: VietorisRipsOptions,
        context: ComputeContext, way: HigherDimensionsWay?, effort: ReductionEffort? = nil, clock: PhaseClock
    ) throws(HomologyError) -> ComputeResult {
        let dimension = highestDimension(options, vertexCount: graph.vertexCount)
        let width = SimplexCodec<UInt64>.width(
            vertexCount: graph.vertexCount, edgeCount: graph.totalEdgeCount, dimension: dimension + 1)
        let computation = FlagPersistence(
            graph: graph, births: births, threshold: threshold, dimension: dimension, options: options,
            way: way, effort: effort, context: context)
        switch (width <= 64, options.field == .z2) {
        case (true, true): return try computation.run(BinaryEntry<UInt64>.self, clock: clock)
        case (true, false): return try computation.run(PrimeEntry<UInt64>.self, clock: clock)
        case (false, true): return try computation.run(BinaryEntry<UInt128>.self, clock: clock)
        case (false, false): return try computation.run(PrimeEntry<UInt128>.self, clock: clock)
        }
    }

    /// A flag complex on n vertices has no homology in dimensions above n / 2 − 1: a class of dimension k
    /// needs 2k + 2 vertices.
    private static func highestDimension(_ options: VietorisRipsOptions, vertexCount: Int) -> Int {
        min(options.maxDimension, max(0, vertexCount / 2 - 1))
    }

    /// The same as for a number of edges, which are counted only where their number matters.
    private static func checkKeys(
        _ graph: SparseGraph, within bound: Double, _ options: VietorisRipsOptions
    ) throws(HomologyError) {
        if fits(graph.count, edgeCount: graph.edgeCount, options) { return }
        let edgeCount =
            switch graph.lengths {
            case .float32(let lengths): lengths.count { Double($0) <= bound && $0 < .infinity }
            case .float64(let lengths): lengths.count { $0 <= bound && $0 < .infinity }
            }
        try checkKeys(graph.count, edgeCount: edgeCount, options)
    }

    /// Refuses simplices that the longest keys cannot name, before anything is sorted.
    private static func checkKeys(
        _ vertexCount: Int, edgeCount: Int, _ options: VietorisRipsOptions
    ) throws(HomologyError) {
        guard fits(vertexCount, edgeCount: edgeCount, options) else {
            let dimension = highestDimension(options, vertexCount: vertexCount) + 1
            throw .unsupported(
                "simplices of dimension \(dimension) on \(vertexCount) vertices and \(edgeCount) edges do not "
                    + "fit \(UInt128.bitWidth) bits; lower max_dimension or the threshold")
        }
    }

    private static func fits(_ vertexCount: Int, edgeCount: Int, _ options: VietorisRipsOptions) -> Bool {
        let dimension = highestDimension(options, vertexCount: vertexCount) + 1
        return SimplexCodec<UInt128>.width(
            vertexCount: vertexCount, edgeCount: edgeCount, dimension: dimension) <= UInt128.bitWidth
    }
}
