import Hardware
import Vocabulary

/// Dimension 1 over Z/2 of a graph of few vertices, by homology as in `CycleReduction`, but with the class of every edge
/// kept: which births it is homologous to, a bit for each, when it comes.
///
/// An edge uv with a vertex w in its lune is homologous to u–w–v, so that its class is the sum of two that are known. The
/// class of a cycle is the sum of those of its edges; one that is not zero ends the bar of its youngest birth, after those
/// that have ended are eliminated.
struct SmallCycles: ~Copyable {
    /// More births take longer than pushing down the few cycles that matter.
    static let mostBirths = 128

    private let graph: DenseGraph
    private let sweep: SmallSweep
    /// Words of a class.
    private let words: Int
    /// By rank.
    private var classes: GrowingList<UInt64>
    /// The births up to now, by rank; a class has a bit for each.
    private var births: [UInt32] = []
    /// By birth: the class that ends it, whose youngest birth it is, once there is one.
    private let ends: Storage<UInt64>
    private var deaths: [UInt32]
    private var nextPart = 0

    /// - Parameter births: how many there will be.
    init(of graph: DenseGraph, sweep: SmallSweep, births: Int) throws(HomologyError) {
        self.graph = graph
        self.sweep = sweep
        words = max(1, (births + 63) / 64)
        classes = GrowingList(memory: graph.context.memory)
        ends = try Storage(count: births * words, memory: graph.context.memory)
        deaths = [UInt32](repeating: none, count: births)
    }

    consuming func bars(_ critical: inout CriticalEdges<DenseGraph>) throws(HomologyError)
        -> [PersistencePair]
    {
        var alive = critical.count
        var rank = 0
        let sum = try Storage<UInt64>(count: words, memory: graph.context.memory)
        while alive > 0 {
            if rank == graph.edgeCount {
                guard try graph.rankMore(upTo: 1.25 * critical.longest) else { break }
                critical.enterRanked()
                try sweep.advance()
            }
            try classes.reserve((graph.edgeCount - rank) * words)
            classes.setCount(graph.edgeCount * words)
            while rank < graph.edgeCount, alive > 0 {
                enterClass(of: UInt32(rank), critical)
                while nextPart < sweep.parts.count, sweep.parts[nextPart].rank == rank {
                    if eliminate(sweep.parts[nextPart], sum.base) { alive -= 1 }
                    nextPart += 1
                }
                rank += 1
            }
            try graph.context.checkStop()
        }
        return pairs()
    }

    @inline(__always)
    private mutating func enterClass(of rank: UInt32, _ critical: CriticalEdges<DenseGraph>) {
        let own = classes.base + Int(rank) &* words
        let guide = sweep.guides[Int(rank)]
        if guide == SmallSweep.nobody {
            for word in 0..<words { own[word] = 0 }
            if critical.contains(rank) {
                own[births.count >> 6] = 1 << UInt64(births.count & 63)
                births.append(rank)
            }
        } else {
            let (first, second) = legs(of: rank, UInt32(guide))
            for word in 0..<words { own[word] = first[word] ^ second[word] }
        }
    }

    /// The classes of the edges from both ends of an edge to a vertex of its lune.
    @inline(__always)
    private func legs(
        of rank: UInt32, _ v: UInt32
    ) -> (UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UInt64>) {
        let (a, b) = graph.ends(of: rank)
        return (
            classes.base + Int(graph.rows.rank(a, v)) &* words,
            classes.base + Int(graph.rows.rank(b, v)) &* words
        )
    }

    /// Returns whether the cycle around the lune, through the first component and this one, ends a bar.
    private mutating func eliminate(_ part: LunePart, _ sum: UnsafeMutablePointer<UInt64>) -> Bool {
        let own = classes.base + Int(part.rank) &* words
        let (first, second) = legs(of: part.rank, part.least)
        for word in 0..<words { sum[word] = own[word] ^ first[word] ^ second[word] }
        var word = words - 1
        while word >= 0 {
            if sum[word] == 0 {
                word -= 1
                continue
            }
            let youngest = 64 * word + 63 - sum[word].leadingZeroBitCount
            let end = ends.base + youngest * words
            if deaths[youngest] == none {
                deaths[youngest] = part.rank
                end.update(from: sum, count: words)
                return true
            }
            for word in 0..<words { sum[word] ^= end[word] }
        }
        return false
    }

    private func pairs() -> [PersistencePair] {
        var pairs: [PersistencePair] = []
        pairs.reserveCapacity(births.count)
        for (birth, death) in zip(births, deaths) {
            let start = graph.length(of: birth)
            let end = death == none ? .infinity : graph.length(of: death)
            if start < end { pairs.append(PersistencePair(dimension: 1, birth: start, death: end)) }
        }
        return pairs
    }
}

extension DenseGraph {
    func smallBars(_ critical: inout CriticalEdges<DenseGraph>) throws(HomologyError) -> [PersistencePair]? {
        guard let sweep = critical.edges.sweep, critical.count <= SmallCycles.mostBirths else { return nil }
        return try SmallCycles(of: self, sweep: sweep, births: critical.count).bars(&critical)
    }
}
