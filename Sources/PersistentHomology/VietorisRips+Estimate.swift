package import Vocabulary

extension VietorisRips {
    /// What `barcode` is expected to take for `count` points with `edgeCount` edges within the
    /// threshold, nil where that is not known (then all pairs): seconds of wall time, and bytes beyond
    /// the input.
    ///
    /// Memory is that of the ranked graph, which is exact within a few percent (docs/engine.md,
    /// section 6); dimensions from 2 on add what columns usually need, which no formula bounds: the
    /// memory account does that while it runs. Time is linear in the edges times the words that a scan
    /// of their rows touches, and in the columns, with constants measured on one core.
    ///
    /// - Parameter forecast: the columns from dimension 2 on; nil guesses a few for each edge.
    package static func estimate(
        count: Int, edgeCount: Int?, isSparse: Bool, options: VietorisRipsOptions, threads: Int,
        forecast: ColumnForecast? = nil
    ) -> (seconds: Double, memory: Int) {
        let edges = edgeCount ?? count * (count - 1) / 2
        let dimension = min(options.maxDimension, max(0, count / 2 - 1))
        let higher = Self.reduction(
            edges: edges, dimension: dimension, threads: threads, options: options, forecast: forecast)
        return (
            (seconds(count: count, edges: edges, isSparse: isSparse, dimension: dimension) + higher.seconds)
                / speedup(threads),
            memory(count: count, edges: edges, isSparse: isSparse, dimension: dimension, threads: threads)
                + higher.memory
        )
    }

    /// What the dimensions from 2 on take.
    private static func reduction(
        edges: Int, dimension: Int, threads: Int, options: VietorisRipsOptions, forecast: ColumnForecast?
    ) -> (seconds: Double, memory: Int) {
        guard dimension >= 2 else { return (0, 0) }
        guard let forecast else { return (0, 8 * edges * (dimension - 1)) }
        if forecast.prefersHomology, !options.representatives {
            let openBlocks = forecast.openShare * Double(edges)
            return (openBlocks * Double(dimension) * secondsOfBlock, 1 << 20 + 8 * edges)
        }
        let columns = forecast.columns.prefix(dimension - 1)
        return (
            columns.reduce(0, +) * secondsOfColumn,
            reductionMemory(mostColumns: columns.max() ?? 0, edges: edges, threads: threads)
        )
    }

    private static let secondsOfBlock = 4e-6
    private static let secondsOfColumn = 2e-5

    /// The columns of the dimension that has most of them, and what each worker has under way: a long
    /// column's coboundary, which few columns have where edges are many.
    ///
    /// The constants are a fifth above the most that any row of `make bench` took on one thread; side by side
    /// workers keep columns that one of them would not have.
    private static func reductionMemory(mostColumns: Double, edges: Int, threads: Int) -> Int {
        let underWay = min(80 * edges, 2 << 20) + (1 << 18)
        let workers = max(threads, 1)
        let bytesOfColumn = 900 * (1 + 0.5 * Double(min(workers, 3) - 1))
        return Int(min(mostColumns, 1e15) * bytesOfColumn) + underWay * min(workers, 4)
    }

    private static func seconds(count: Int, edges: Int, isSparse: Bool, dimension: Int) -> Double {
        // How many vertices a scan for one edge passes over: a row, or the neighbours of an end, which
        // a sparse graph has to gather first.
        let width = isSparse ? 2 * Double(edges) / Double(max(count, 1)) : Double(count)
        let scan = isSparse ? 8e-9 * width : 1.5e-10 * width
        let sorting = Double(edges) * 3e-8 + (isSparse ? 0 : Double(count) * Double(count) * 1e-9)
        switch dimension {
        case 0: return 2e-5 + sorting
        case 1: return 5e-5 + sorting + Double(edges) * (8e-8 + scan * (isSparse ? 0.3 : 0.13))
        default: return 1e-4 + sorting + Double(edges) * (1.5e-7 + scan) * Double(dimension)
        }
    }

    private static func memory(
        count: Int, edges: Int, isSparse: Bool, dimension: Int, threads: Int
    ) -> Int {
        let scratch = 1 << 14
        let graph: Int
        if isSparse {
            graph = 36 * edges + 32 * count
        } else {
            let words = (count + 63) / 64
            let batch = max(edges / 4, min(edges, 1 << 18))
            let sweeps = dimension == 0 ? 0 : max(threads, 1) * min(dimension, 2)
            graph =
                4 * count * (64 * words + (words + 15) / 16 * 16) + 4 * edges + 16 * batch
                + 32 * ((count + 255) / 256) * count * sweeps
        }
        return graph + edges / 2 + 32 * count + scratch
    }

    /// Not quite linear: some passes are serial.
    private static func speedup(_ threads: Int) -> Double { 1 + 0.85 * Double(max(threads, 1) - 1) }
}
