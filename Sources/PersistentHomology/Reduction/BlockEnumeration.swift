import Hardware

/// Lists the columns of open blocks that are not barren; scratch of one worker.
///
/// Sendable for that reason.
final class BlockEnumeration<Scanner: RankScanner, Key: SimplexKey>: @unchecked Sendable {
    private let lune: LuneGraph
    private let scanner: Scanner
    private let dimension: Int
    private let highest: Int
    private let dismantling: LuneDismantling<Scanner>
    private var columns: ColumnEnumeration<Scanner, Key>

    /// - Parameters:
    ///   - dimension: of the columns.
    ///   - highest: the highest dimension that will be asked for.
    init(
        lune: LuneGraph, scanner: Scanner, dimension: Int, highest: Int, codec: SimplexCodec<Key>,
        memory: MemoryAccount
    ) {
        self.lune = lune
        self.scanner = scanner
        self.dimension = dimension
        self.highest = highest
        dismantling = LuneDismantling(lune: lune, rows: scanner, memory: memory)
        columns = ColumnEnumeration(lune: lune, scanner: scanner, dimension: dimension, codec: codec)
    }

    /// Appends the keys of the open block of `rank`, whose pivot vertex is `pivot`, in decreasing order.
    /// Returns false, with nothing appended, when the block is barren.
    func list(
        _ rank: UInt32, pivot: UInt32, into keys: inout GrowingList<Key>
    ) throws(HomologyError) -> Bool {
        try scanner.lune(of: rank, into: lune)
        if try isBarren(pivot: pivot) { return false }
        try columns.list(pivot: pivot, into: &keys)
        return true
    }

    /// Whether the lune surely has no homology in any degree from that of the columns on. One that has some in a
    /// higher degree needs its columns here too, so that clearing knows them there.
    private func isBarren(pivot: UInt32) throws(HomologyError) -> Bool {
        // What a small lune has of columns is listed in less time than it takes to look closer.
        if lune.count <= LuneCollapse<Scanner>.mostVertices {
            var collapse = LuneCollapse(lune, scanner: scanner, degree: dimension - 2)
            return collapse.leavesNoHomology(pivot: pivot)
        }
        let center = lune.position(of: pivot)
        dismantling.allow(Self.mostWords)
        for degree in dimension - 2...highest - 2 {
            let all = try dismantling.start()
            if try !dismantling.vanishes(all, degree: degree, center: center) { return false }
        }
        return true
    }

    /// Words of rows that a lune is worth.
    private static var mostWords: Int { 1 << 14 }
}
