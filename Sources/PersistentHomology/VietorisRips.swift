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
    public static func barcode(
        of matrix: DistanceMatrix, options: VietorisRipsOptions, context: ComputeContext
    ) throws(HomologyError) -> ComputeResult {
        guard matrix.count <= DenseGraph.maximumCount else {
            throw .unsupported(
                "a distance matrix of \(matrix.count) points; up to \(DenseGraph.maximumCount) are supported, "
                    + "give a sparse graph instead")
        }
        var clock = PhaseClock()
        context.progress.enter("edges", at: 0)
        let threshold: Double
        if let given = options.maxEdgeLength {
            threshold = given
        } else {
            threshold = try enclosingRadius(of: matrix, context: context)
        }
        let graph = try DenseGraph(
            matrix, threshold: matrix.lowerTriangle.precision.rounding(threshold), context: context)
        clock.end("edges")
        return try barcode(
            of: graph, births: matrix.vertexBirths, threshold: threshold, options: options, context: context,
            clock: clock)
    }

    /// The barcode of the flag filtration of `graph`: pairs that are not in it are never joined.
    public static func barcode(
        of graph: SparseGraph, options: VietorisRipsOptions, context: ComputeContext
    ) throws(HomologyError) -> ComputeResult {
        guard graph.edgeCount < UInt32.max else {
            throw .unsupported("\(graph.edgeCount) edges; up to \(UInt32.max - 1) are supported")
        }
        var clock = PhaseClock()
        context.progress.enter("edges", at: 0)
        let threshold = options.maxEdgeLength ?? .infinity
        let ranked = try AdjacencyGraph(
            graph, threshold: graph.lengths.precision.rounding(threshold), context: context)
        clock.end("edges")
        return try barcode(
            of: ranked, births: graph.vertexBirths, threshold: threshold, options: options, context: context,
            clock: clock)
    }

    /// Chooses the width of the simplex keys and the arithmetic.
    private static func barcode<Graph: RankedGraph>(
        of graph: Graph, births: Scalars?, threshold: Double, options: VietorisRipsOptions,
        context: ComputeContext, clock: PhaseClock
    ) throws(HomologyError) -> ComputeResult {
        // A flag complex on n vertices has no homology in dimensions above n / 2 − 1: a class of
        // dimension k needs 2k + 2 vertices.
        let dimension = min(options.maxDimension, max(0, graph.vertexCount / 2 - 1))
        let width = SimplexCodec<UInt64>.width(
            vertexCount: graph.vertexCount, edgeCount: graph.edgeCount, dimension: dimension + 1)
        let computation = FlagPersistence(
            graph: graph, births: births, threshold: threshold, dimension: dimension, options: options,
            context: context)
        switch (width <= 64, options.field == .z2) {
        case (true, true): return try computation.run(BinaryEntry<UInt64>.self, clock: clock)
        case (true, false): return try computation.run(PrimeEntry<UInt64>.self, clock: clock)
        case (false, _) where width > 128:
            throw .unsupported(
                "simplices of dimension \(dimension + 1) on \(graph.vertexCount) vertices and "
                    + "\(graph.edgeCount) edges do not fit 128 bits; lower max_dimension or the threshold")
        case (false, true): return try computation.run(BinaryEntry<UInt128>.self, clock: clock)
        case (false, false): return try computation.run(PrimeEntry<UInt128>.self, clock: clock)
        }
    }
}
