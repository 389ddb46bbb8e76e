import Hardware
import RankKernels

/// Scans rows of a dense graph with the vector kernels.
final class DenseScanner: RankScanner {
    private let graph: DenseGraph
    private let matrix: RankMatrix
    private let kernels: tda_rank_kernels
    private let lunes: LuneScanner
    private let rows: Storage<UnsafePointer<UInt32>?>
    private let found: Storage<UInt32>
    let foundVertices: UnsafeMutablePointer<UInt32>
    let foundRanks: UnsafeMutablePointer<UInt32>

    init(_ graph: DenseGraph) throws(HomologyError) {
        let memory = graph.context.memory
        self.graph = graph
        matrix = graph.rows
        kernels = KernelTable().functions
        lunes = try LuneScanner(words: matrix.words, memory: memory)
        rows = try Storage(count: VietorisRips.highestSimplexDimension + 1, memory: memory)
        let capacity = 64 * Int(matrix.words) + 16
        found = try Storage(count: 2 * capacity, memory: memory)
        foundVertices = found.base
        foundRanks = found.base + capacity
    }

    @inline(__always)
    func rank(_ u: UInt32, _ v: UInt32) -> UInt32 { matrix.rank(u, v) }

    func isLuneEmpty(of rank: UInt32) -> Bool {
        let (a, b) = graph.ends(of: rank)
        return lunes.isEmpty(a, b, rank: rank, in: matrix)
    }

    func nearestLuneVertex(of rank: UInt32) -> UInt32? {
        let (a, b) = graph.ends(of: rank)
        return lunes.nearestVertex(a, b, rank: rank, in: matrix)
    }

    func components(of rank: UInt32, startingAt seed: UInt32?, into found: inout LuneComponents) {
        let (a, b) = graph.ends(of: rank)
        lunes.components(a, b, rank: rank, in: matrix, startingAt: seed, into: &found)
    }

    func lune(of rank: UInt32, into lune: LuneGraph) throws(HomologyError) {
        let (a, b) = graph.ends(of: rank)
        try lunes.lune(a, b, rank: rank, in: matrix, into: lune)
    }

    @inline(__always)
    func row(_ position: Int, of lune: LuneGraph) -> UnsafePointer<UInt64> {
        lunes.row(position, of: lune, in: matrix)
    }

    func between(_ vertices: UnsafeBufferPointer<UInt32>, low: UInt32, high: UInt32) -> Int {
        for (i, v) in vertices.enumerated() { rows.base[i] = matrix.row(v) }
        return Int(
            kernels.between(
                rows.base, UInt32(vertices.count), matrix.words, low, high, foundVertices, foundRanks))
    }

    func hasCommonNeighbour(
        _ vertices: UnsafeBufferPointer<UInt32>, below limit: UInt32, within bound: UInt32
    ) -> Bool {
        for (i, v) in vertices.enumerated() { rows.base[i] = matrix.row(v) }
        return kernels.any_common(rows.base, UInt32(vertices.count), matrix.words, limit, bound) != 0
    }
}
