public import Hardware
public import Vocabulary

/// Why a computation ended without a barcode.
public enum HomologyError: Error, Sendable, Hashable {
    case invalidInput(InvalidInput)
    case stopped(StopReason)
    case memory(MemoryBudgetExceeded)
    /// The input passes a limit of the implementation, which the text names.
    case unsupported(String)
}

/// Vietoris–Rips persistent homology of a distance matrix or a weighted graph.
public enum VietorisRips {
    /// The barcode of the flag filtration of `matrix`.
    ///
    /// Blocks the calling thread, which is worker 0 of `context.team`. The result depends on the
    /// input and the options alone, not on the team.
    public static func barcode(
        of matrix: DistanceMatrix, options: VietorisRipsOptions, context: ComputeContext
    ) throws(HomologyError) -> ComputeResult {
        throw .unsupported("not built yet")
    }

    /// The barcode of the flag filtration of `graph`: pairs that are not in it are never joined.
    public static func barcode(
        of graph: SparseGraph, options: VietorisRipsOptions, context: ComputeContext
    ) throws(HomologyError) -> ComputeResult {
        throw .unsupported("not built yet")
    }

    /// What `barcode` is expected to take for `count` points with `edgeCount` edges within the
    /// threshold, nil where that is not known: (seconds, bytes).
    public static func estimate(
        count: Int, edgeCount: Int?, isSparse: Bool, options: VietorisRipsOptions, threads: Int
    ) -> (seconds: Double, memory: Int) {
        (0, 0)
    }
}
