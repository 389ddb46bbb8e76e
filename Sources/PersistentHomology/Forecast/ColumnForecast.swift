internal import Glibc
import Hardware
package import Vocabulary

/// What the dimensions from 2 on will have to do, from a sample of edges: the lunes of these are looked at as the
/// computation would, with their whole blocks. What few edges have many of is seen by chance only, so two standard
/// errors are added to the mean of what takes memory.
package struct ColumnForecast: Sendable, Hashable {
    /// The columns of cohomology by dimension, 2 to the highest.
    package private(set) var columns: [Double]
    /// As many as there may well be.
    package private(set) var mostColumns: [Double]
    /// The share of edges whose blocks are open.
    package private(set) var openShare = 0.0
    /// Words of rows that taking the lune of an open block apart looks at.
    package private(set) var wordsOfBlock = 0.0
    /// The share of edges whose blocks may have homology, by degree.
    package private(set) var fertileShare: [Double]
    /// Where columns are added to so many others that their number does not tell what they take.
    package private(set) var growth: ColumnGrowth?
    /// Which of the two ways will be taken (docs/engine.md, section 4).
    private(set) var way = HigherDimensionsWay.homology
    /// Whether the computation, by another sample, may well take the way by homology.
    private(set) var isNearHomology = true

    /// Looks at up to `samples` edges of length up to `threshold`, fewer where their lunes are large or points are few:
    /// some ten milliseconds, or less than the computation. The same for the same input.
    ///
    /// - Parameter threshold: nil for the enclosing radius, which is reckoned from the rows that are looked at.
    package init(
        _ source: some LengthSource, threshold: Double?, dimension: Int, samples: Int = 256
    ) throws(Failure) {
        columns = [Double](repeating: 0, count: max(dimension - 1, 0))
        mostColumns = columns
        fertileShare = [Double](repeating: 0, count: max(min(dimension, Self.highestCounted), 0))
        let count = source.count
        guard dimension >= 2, count > 3 else { return }
        let samples = min(samples, max(32, count * (count - 1) / 16))
        var draw = Draw()
        var rows: [(point: Int, lengths: [Float])] = []
        // Not more than some megabytes of rows.
        let rowCount = min(count, max(1, samples / 4), max(8, (1 << 22) / count))
        for index in 0..<rowCount {
            // Evenly spread, whatever order the points come in.
            let point = index * count / rowCount
            rows.append((point, try source.row(of: point)))
        }
        // An infinite length is no edge, and Float rounds the greatest Double up to it.
        let bound = min(
            threshold.map { Float($0) } ?? rows.map { $0.lengths.max() ?? 0 }.min() ?? 0,
            .greatestFiniteMagnitude)
        let degrees = rows.map { row in row.lengths.count { $0 <= bound } - 1 }
        let edges = degrees.reduce(0, +)
        guard edges > 0 else { return }

        var looked = 0
        var work = 0
        var open = OpenBlocks(degrees: fertileShare.count)
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
        wordsOfBlock = Double(open.words) / Double(max(open.count, 1))
        fertileShare = open.fertileInDegree.map { Double($0) / Double(max(looked, 1)) }
        way = HigherDimensionsWay(dimension: dimension, open: open.count, fertile: open.fertile)
        isNearHomology =
            HigherDimensionsWay(dimension: dimension, open: 3 * open.count, fertile: open.fertile)
            == .homology
        // The rows stand for all points, and every edge is in two rows.
        let all = Double(edges) / Double(rows.count) * Double(count) / 2
        for place in columns.indices {
            if place + 2 <= Self.highestCounted {
                let mean = sums[place] / Double(looked)
                let variance = max(squares[place] / Double(looked) - mean * mean, 0)
                columns[place] = mean * all
                mostColumns[place] = (mean + 2 * (variance / Double(looked)).squareRoot()) * all
            } else {
                columns[place] = Self.next(after: columns[..<place])
                mostColumns[place] = Self.next(after: mostColumns[..<place])
            }
        }
        if way == .cohomology, let part = partWorthReducing(of: count, highest: dimension) {
            growth = try ColumnGrowth(
                source, part: part, threshold: threshold, dimension: dimension, draw: { draw.below($0) })
        }
    }

    /// How many points are enough to see how columns grow; nil where that is not worth the time, or no small part shows.
    private func partWorthReducing(of count: Int, highest dimension: Int) -> Int? {
        guard dimension <= Self.highestCounted, openShare > Self.mostOpenInSpace else { return nil }
        let all = columns.reduce(0, +)
        guard openShare * all * all.squareRoot() > Self.additionsWorthLooking else { return nil }
        // A clique of k + 1 vertices is in the part by a power of its share.
        let share = pow(Self.columnsOfPart / all, 1 / Double(dimension + 2))
        let part = min(Int(min(share, 0.5) * Double(count)), Self.largestPart)
        return part >= Self.smallestPart ? part : nil
    }

    /// Steps, of about a microsecond: where columns take so many, reducing some more is no matter.
    private static let additionsWorthLooking = 5e4
    private static let columnsOfPart = 2000.0
    private static let smallestPart = 36
    /// Some ten milliseconds where all blocks are open.
    private static let largestPart = 100
    /// Between points of a space fewer blocks are open, and their columns are added to few others.
    private static let mostOpenInSpace = 0.4

    /// What follows as the last does the last but one.
    private static func next(after counts: ArraySlice<Double>) -> Double {
        let (last, before) = (counts[counts.endIndex - 1], counts[counts.endIndex - 2])
        return before > 0 ? last * last / before : 0
    }

    /// Above, cliques are too many to go through.
    private static let highestCounted = 4

    /// Steps, of about a nanosecond.
    private static let mostWork = 40_000_000
    /// Larger lunes are looked at in part.
    private static let largestLune = 768
    private static let mostKeys = 200_000
    private static let mostWords = 1 << 18

    /// What has been seen of blocks without an apex.
    private struct OpenBlocks {
        var count = 0
        /// With homology, perhaps, below the degree of the highest dimension.
        var fertile = 0
        var fertileInDegree: [Int]
        /// Of rows that were looked at.
        var words = 0

        init(degrees: Int) { fertileInDegree = [Int](repeating: 0, count: degrees) }
    }

    /// The columns of one edge's block in each dimension; counts it where it is open.
    private static func columns(
        of edge: (Int, Int), _ first: [Float], _ second: [Float], _ source: some LengthSource, dimension: Int,
        _ work: inout Int, _ open: inout OpenBlocks
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
            dismantling.allow(mostWords)
            let degrees = 0..<min(dimension, highestCounted)
            let vanishes = try degrees.map { degree throws(HomologyError) in
                try dismantling.vanishes(try dismantling.start(), degree: degree, center: Int(pivot))
            }
            // The highest degree only ends bars.
            let lastFertile = vanishes.prefix(dimension - 1).lastIndex(of: false)
            if lastFertile != nil { open.fertile += 1 }
            for degree in degrees where !vanishes[degree] { open.fertileInDegree[degree] += 1 }
            open.words += dismantling.effort
            work += 8 * dismantling.effort
            let codec = SimplexCodec<UInt128>(vertexCount: lune.count)
            // Without homology from degree k − 2 on there are no columns (docs/engine.md, lemma 9).
            for k in 2...min(dimension, highestCounted) where k - 2 <= lastFertile ?? -1 {
                let memory = MemoryAccount(budget: MemoryBudget(limit: mostKeys * 16))
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
