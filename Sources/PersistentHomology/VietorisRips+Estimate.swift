internal import Glibc
package import Vocabulary

extension VietorisRips {
    /// What `barcode` is expected to take for `count` points with `edgeCount` edges within the
    /// threshold, nil where that is not known (then all pairs): seconds of wall time, on `threads` and on one, and
    /// bytes beyond the input.
    ///
    /// Memory is that of the ranked graph, which is exact within a few percent (docs/engine.md,
    /// section 6); dimensions from 2 on add what columns usually need, which no formula bounds: the
    /// memory account does that while it runs. Time is linear in the edges times the words that a scan
    /// of their rows touches, and in the columns, with constants measured on one core.
    ///
    /// - Parameters:
    ///   - births: of dimension 1; nil where they are about as many as the points.
    ///   - forecast: the columns from dimension 2 on; nil guesses a few for each edge.
    package static func estimate(
        count: Int, edgeCount: Int?, isSparse: Bool, options: VietorisRipsOptions, threads: Int,
        births: BirthForecast? = nil, forecast: ColumnForecast? = nil
    ) -> (seconds: Double, secondsOnOneThread: Double, memory: Int) {
        let edges = edgeCount ?? count * (count - 1) / 2
        let dimension = min(options.maxDimension, max(0, count / 2 - 1))
        let higher = Self.reduction(
            edges: edges, dimension: dimension, threads: threads, options: options, forecast: forecast)
        let graph = seconds(
            count: count, edges: edges, isSparse: isSparse, dimension: dimension,
            openShare: forecast?.openShare ?? 0.1)
        let cycles = longCycles(dimension == 0 ? 0 : births?.births ?? 0, count: count, edges: edges)
        let work = graph + cycles.seconds + higher.seconds
        return (
            wallTime(work, threads: threads), work,
            memory(count: count, edges: edges, isSparse: isSparse, dimension: dimension, threads: threads)
                + cycles.memory + higher.memory
        )
    }

    /// What dimension 1 takes beyond a pass over the edges, where births are several for each point: cycles are pushed down
    /// through many edges then, and added to many others. Within a threshold that leaves few edges besides the births few
    /// of them are ended. Measured with random distances of 200 to 1,500 points.
    private static func longCycles(
        _ births: Double, count: Int, edges: Int
    ) -> (seconds: Double, memory: Int) {
        guard births > 0, edges > 0 else { return (0, 0) }
        let density = min(1, births / (4 * Double(count)))
        let others = max(0, Double(edges - count) / births - 1)
        let seconds = 2e-2 * pow(births / 1000, 2.7) * density * density * pow(min(1, others / 1.7), 5)
        // Never less than for fewer births: they are known roughly.
        let most = min(births, Double(edges) / 2)
        let meetings = most * most * min(1, (Double(edges) / most - 1) / 1.7)
        return (seconds, Int(120 * min(births, Double(edges)) + 0.07 * meetings))
    }

    /// Seconds on one thread that the dimensions from 2 on may well take, where nothing is known but how many points and
    /// edges there are: as for distances without geometry, where most blocks are open.
    package static func secondsAtMost(count: Int, edges: Int, maxDimension: Int) -> Double {
        let dimension = min(maxDimension, max(0, count / 2 - 1))
        guard dimension >= 2 else { return 0 }
        let degree = 2 * Double(edges) / Double(count)
        // Each dimension has some times the columns of the one before.
        return (2...dimension).reduce(Double(edges) * 1e-6) { seconds, _ in seconds * degree / 20 }
    }

    /// What the dimensions from 2 on take.
    private static func reduction(
        edges: Int, dimension: Int, threads: Int, options: VietorisRipsOptions, forecast: ColumnForecast?
    ) -> (seconds: Double, memory: Int) {
        guard dimension >= 2 else { return (0, 0) }
        guard let forecast else { return (0, 8 * edges * (dimension - 1)) }
        let takingApart =
            forecast.openShare * Double(edges)
            * (secondsOfBlock * Double(dimension) + forecast.wordsOfBlock * secondsOfWord)
        let columns = columnsMemory(
            edges: edges, dimension: dimension, threads: threads, forecast: forecast)
        let fertile = zip(forecast.fertileShare, secondsOfFertileBlock).reduce(0) { $0 + $1.0 * $1.1 }
        let homology = takingApart + fertile * Double(edges)
        if forecast.way == .homology, !options.representatives {
            // Where cycles grow long all the same, columns follow, of which the sample has seen none or few.
            let unseen = dimension > 2 ? bytesOfOpenBlock * forecast.openShare * Double(edges) : 0
            return (homology, max(1 << 20 + 8 * edges, columns, Int(unseen * sideBySide(threads))))
        }
        let reducing = forecast.columns.prefix(dimension - 1).reduce(0) {
            $0 + $1 * secondsOfColumn(among: $1, forecast)
        }
        let other = forecast.isNearHomology && !options.representatives ? homology : takingApart
        return (max(reducing, other), columns)
    }

    private static func columnsMemory(
        edges: Int, dimension: Int, threads: Int, forecast: ColumnForecast
    ) -> Int {
        max(
            reductionMemory(
                mostColumns: forecast.mostColumns.prefix(dimension - 1).max() ?? 0,
                forecast, edges: edges, threads: threads),
            dimension > 3 ? Int(bytesOfBlockInHighDimensions * forecast.openShare * Double(edges)) : 0)
    }

    /// The columns of blocks without homology of their own, into which others run: on one thread, for each open block.
    private static let bytesOfOpenBlock = 700.0

    /// Few blocks have columns there, which a sample may miss, but those have many.
    private static let bytesOfBlockInHighDimensions = 6000.0

    /// With the cycles that are pushed through it.
    private static let secondsOfBlock = 0.6e-6
    private static let secondsOfWord = 6e-9
    /// A block with homology, by degree: its core, and the cycle that it fills.
    private static let secondsOfFertileBlock = [0, 5e-5, 3e-4]

    /// Where most blocks are open, as with random distances, each column is added to many others.
    private static func secondsOfColumn(among count: Double, _ forecast: ColumnForecast) -> Double {
        if let growth = forecast.growth { return 2e-6 + secondsOfEmission * growth.emissions }
        return 2e-6 + 1e-6 * forecast.openShare * count.squareRoot()
    }

    private static let secondsOfEmission = 0.3e-6

    /// The columns of the dimension that has most of them, and what each worker has under way: a long
    /// column's coboundary, which few columns have where edges are many.
    ///
    /// The constants are a tenth above the most that any row of `make bench` took on one thread.
    private static func reductionMemory(
        mostColumns: Double, _ forecast: ColumnForecast, edges: Int, threads: Int
    ) -> Int {
        let underWay = min(80 * edges, 2 << 20) + (1 << 18)
        let workers = max(threads, 1)
        let count = min(mostColumns, 1e12)
        let usual = (800 + 16 * forecast.openShare * count.squareRoot()) * sideBySide(threads) * count
        guard let growth = forecast.growth else { return Int(usual) + underWay * min(workers, 4) }
        // Its place, its terms, and for each worker a column under way with a coboundary as large as a share of all. Within
        // a threshold a small part may have next to nothing.
        let bytesOfColumn = (160 + 9 * growth.terms) * sideBySide(threads)
        let coboundaries = 42 * growth.terms * count * Double(workers)
        return Int(max(usual, count * bytesOfColumn + coboundaries)) + 2 * underWay * min(workers, 4)
    }

    /// Side by side workers keep columns that one of them would not have: how many times as many. Measured on up to 16.
    private static func sideBySide(_ threads: Int) -> Double {
        1 + 0.5 * Double(min(max(threads, 1), 3) - 1) + 0.1 * Double(max(threads - 3, 0))
    }

    private static func seconds(
        count: Int, edges: Int, isSparse: Bool, dimension: Int, openShare: Double
    ) -> Double {
        // How many vertices a scan for one edge passes over: a row, or the neighbours of an end, which
        // a sparse graph has to gather first.
        let isIndexed = isSparse && NeighbourIndex.pays(count: count, edges: edges)
        let width = isSparse && !isIndexed ? 2 * Double(edges) / Double(max(count, 1)) : Double(count)
        let sorting =
            Double(edges) * (isSparse ? 1e-7 : 2.7e-8)
            + (isSparse ? 0 : Double(count) * Double(count) * 1.6e-9)
        switch (dimension, isSparse && !isIndexed) {
        case (0, _): return 2e-5 + sorting
        case (1, true): return 5e-5 + sorting + Double(edges) * (8e-8 + 2.4e-9 * width)
        case (1, false): return 5e-5 + sorting + Double(edges) * (1e-8 + 3e-12 * width)
        case (_, true): return 1e-4 + sorting + Double(edges) * (1e-7 + 3.5e-9 * width)
        case (_, false):
            // Looking at a lune, and the tries for an apex of an open one.
            let look = 2.5e-8 + 4.4e-11 * width
            let tries = openShare * (1e-7 + 1e-9 * min(width, 1024))
            return 3e-4 + sorting + Double(edges) * (look + tries)
        }
    }

    private static func memory(
        count: Int, edges: Int, isSparse: Bool, dimension: Int, threads: Int
    ) -> Int {
        let scratch = 3 << 14
        let graph: Int
        if isSparse {
            let index =
                NeighbourIndex.pays(count: count, edges: edges)
                ? NeighbourIndex.bytes(count: count, edges: edges) + sweeps(count, dimension, threads) : 0
            graph = 36 * edges + 32 * count + index
        } else {
            let words = (count + 63) / 64
            let batch = max(edges / 4, min(edges, 1 << 18))
            graph =
                4 * count * (64 * words + (words + 15) / 16 * 16) + 4 * edges + 16 * batch
                + sweeps(count, dimension, threads)
        }
        // Two sets of edges for each worker, a quarter longer than they need be.
        let cycles = dimension == 0 ? 0 : 5 * edges / 16 * max(threads, 1)
        return graph + cycles + edges / 2 + 32 * count + scratch
    }

    /// The sets of an `EdgeSweep`.
    private static func sweeps(_ count: Int, _ dimension: Int, _ threads: Int) -> Int {
        dimension == 0 ? 0 : 32 * ((count + 255) / 256) * count * max(threads, 1) * min(dimension, 2)
    }

    /// Some passes are serial, and what takes some milliseconds gains little. Measured on up to 16 threads, which are
    /// seven times as fast as one.
    private static func wallTime(_ seconds: Double, threads: Int) -> Double {
        let others = Double(max(threads, 1) - 1)
        return seconds / (1 + 0.8 * others / (1 + 0.06 * others) * seconds / (seconds + 0.005))
    }
}
