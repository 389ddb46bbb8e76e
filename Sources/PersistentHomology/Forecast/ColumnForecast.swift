import Hardware
package import Vocabulary

/// How many columns the dimensions from 2 on will have, from a sample of edges: the lunes of these are
/// looked at as the computation would, with their whole blocks. What few edges have many of is seen by
/// chance only, so two standard errors are added to the mean.
package struct ColumnForecast: Sendable, Hashable {
    /// By dimension, 2 to the highest.
    package private(set) var columns: [Double]
    /// The share of edges whose blocks are open.
    package private(set) var openShare = 0.0
    /// Whether blocks have so little homology of their own that hardly any columns will be made (docs/engine.md,
    /// section 4).
    package private(set) var prefersHomology = true

    /// Looks at up to `samples` edges of length up to `threshold`, fewer where their lunes are large: some
    /// ten milliseconds. The same for the same input.
    ///
    /// - Parameter threshold: nil for the enclosing radius, which is reckoned from the rows that are looked at.
    package init(
        _ source: some LengthSource, threshold: Double?, dimension: Int, samples: Int = 256
    ) throws(Failure) {
        columns = [Double](repeating: 0, count: max(dimension - 1, 0))
        let count = source.count
        guard dimension >= 2, count > 3 else { return }
        var draw = Draw()
        var rows: [(point: Int, lengths: [Float])] = []
        // Not more than some megabytes of rows.
        let rowCount = min(count, max(1, samples / 4), max(8, (1 << 22) / count))
        for index in 0..<rowCount {
            // Evenly spread, whatever order the points come in.
            let point = index * count / rowCount
            rows.append((point, try source.row(of: point)))
        }
        let bound = threshold.map { Float($0) } ?? rows.map { $0.lengths.max() ?? 0 }.min() ?? 0
        let degrees = rows.map { row in row.lengths.count { $0 <= bound } - 1 }
        let edges = degrees.reduce(0, +)
        guard edges > 0 else { return }

        var looked = 0
        var work = 0
        var open = (count: 0, fertile: 0)
        var (sums, squares) = (columns, columns)
        while looked < samples, work < Self.mostWork {
            // A row by its share of the edges, then one of its edges.
            var pick = draw.below(edges)
            var index = 0
            while pick >= degrees[index] {
                pick -= degrees[index]
                index += 1
            }
            let (a, lengths) = rows[index]
            let others = lengths.indices.filter { $0 != a && lengths[$0] <= bound }
            let b = others[pick]
            let found = try Self.columns(
                of: (a, b), lengths, try source.row(of: b), source, dimension: dimension, &work, &open)
            for place in found.indices {
                sums[place] += found[place]
                squares[place] += found[place] * found[place]
            }
            looked += 1
            work += 2 * count
        }
        openShare = Double(open.count) / Double(max(looked, 1))
        prefersHomology = dimension <= 3 && open.fertile * 50 <= open.count
        // The rows stand for all points, and every edge is in two rows.
        let all = Double(edges) / Double(rows.count) * Double(count) / 2
        for place in columns.indices {
            if place + 2 <= Self.highestCounted {
                let mean = sums[place] / Double(looked)
                let variance = max(squares[place] / Double(looked) - mean * mean, 0)
                columns[place] = (mean + 2 * (variance / Double(looked)).squareRoot()) * all
            } else {
                // As from the last dimension but one to the last that was counted.
                let (last, before) = (columns[place - 1], columns[place - 2])
                columns[place] = before > 0 ? last * last / before : 0
            }
        }
    }

    /// Above, cliques are too many to go through.
    private static let highestCounted = 4

    /// Steps, of about a nanosecond.
    private static let mostWork = 40_000_000
    /// Larger lunes are looked at in part.
    private static let largestLune = 768
    private static let mostColumns = 200_000

    /// The columns of one edge's block in each dimension; counts it where it is open, and where it may have
    /// homology, connectedness aside.
    private static func columns(
        of edge: (Int, Int), _ first: [Float], _ second: [Float], _ source: some LengthSource, dimension: Int,
        _ work: inout Int, _ open: inout (count: Int, fertile: Int)
    ) throws(Failure) -> [Double] {
        let length = first[edge.1]
        var lune = first.indices.filter {
            $0 != edge.0 && $0 != edge.1 && first[$0] < length && second[$0] < length
        }
        var counts = [Double](repeating: 0, count: dimension - 1)
        guard lune.count > 1 else { return counts }
        let share = min(1, Double(largestLune) / Double(lune.count))
        if share < 1 {
            let step = Double(lune.count) / Double(largestLune)
            lune = (0..<largestLune).map { lune[Int(Double($0) * step)] }
        }
        work += lune.count * lune.count * 2
        let matrix = try source.matrix(of: lune)
        do throws(HomologyError) {
            let graph = try SampledLune(matrix, below: length)
            guard let pivot = graph.pivot else { return counts }
            open.count += 1
            let dismantling = LuneDismantling(lune: graph.lune, rows: graph, memory: MemoryAccount())
            for degree in 1..<max(min(dimension, highestCounted), 2) {
                let isBarren = try dismantling.vanishes(
                    try dismantling.start(), degree: degree, center: Int(pivot))
                if !isBarren {
                    open.fertile += 1
                    break
                }
            }
            let codec = SimplexCodec<UInt128>(vertexCount: lune.count)
            for k in 2...min(dimension, highestCounted) {
                let memory = MemoryAccount(budget: MemoryBudget(limit: mostColumns * 16))
                var keys = GrowingList<UInt128>(memory: memory)
                var enumeration = ColumnEnumeration(
                    lune: graph.lune, scanner: graph, dimension: k, codec: codec)
                do throws(HomologyError) {
                    try enumeration.list(pivot: pivot, into: &keys)
                } catch {
                    // So many that it does not matter how many.
                }
                work += 64 * keys.count
                // A part of the lune has fewer cliques, by a power of their size.
                var columns = Double(keys.count)
                for _ in 0..<k - 1 { columns /= share }
                counts[k - 2] = columns
            }
        } catch {
            // Nothing is thrown but for memory, of which so little is taken here.
        }
        return counts
    }
}

/// Numbers that are the same in every run (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
private struct Draw {
    private var state: UInt64 = 0x5EED

    mutating func below(_ limit: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((z ^ (z >> 31)) >> 1) % limit
    }
}
