import Hardware
import RankKernels

/// Looks at lunes by scanning rows of a rank matrix, with sets of vertices as bits. Holds the scratch
/// sets of one worker.
final class LuneScanner {
    private let kernels: tda_rank_kernels
    /// The lune under inspection.
    private let members: Storage<UInt64>
    private let candidates: Storage<UInt64>
    private let reached: Storage<UInt64>
    private let scratch: Storage<UInt32>
    @exclusivity(unchecked) private var grown: [UInt32] = []

    /// The most vertices that a matrix may have.
    let capacity: Int

    /// - Parameter words: of the widest matrix that will be scanned.
    init(words: UInt32, memory: MemoryAccount) throws(HomologyError) {
        kernels = KernelTable().functions
        capacity = 64 * Int(words)
        members = try Storage(count: Int(words), memory: memory)
        candidates = try Storage(count: Int(words), memory: memory)
        reached = try Storage(count: Int(words), memory: memory)
        scratch = try Storage(count: 69 * Int(words) + 8, memory: memory)
    }

    func isEmpty(_ a: UInt32, _ b: UInt32, rank: UInt32, in matrix: RankMatrix) -> Bool {
        kernels.first_common(matrix.row(a), matrix.row(b), matrix.words, rank) == none
    }

    func nearestVertex(_ a: UInt32, _ b: UInt32, rank: UInt32, in matrix: RankMatrix) -> UInt32? {
        let nearest = kernels.nearest(matrix.row(a), matrix.row(b), matrix.words, rank)
        return nearest == none ? nil : nearest
    }

    /// How the block of edge ab, of rank `rank`, closes.
    func block(_ a: UInt32, _ b: UInt32, rank: UInt32, in matrix: RankMatrix) -> Block {
        let shape = kernels.block(matrix.base, matrix.words, a, b, rank, scratch.base)
        if shape.vertex == none { return .critical }
        return shape.is_closed != 0 ? .closed(apex: shape.vertex) : .open(pivot: shape.vertex)
    }

    /// The components of the lune of edge ab, of rank `rank`; `seed` is a vertex of the first, nil for the one
    /// nearest to both ends.
    func components(
        _ a: UInt32, _ b: UInt32, rank: UInt32, in matrix: RankMatrix, startingAt seed: UInt32?,
        into found: inout LuneComponents
    ) {
        let words = matrix.words
        found.removeAll()
        var nearest = none
        _ = kernels.lune(matrix.row(a), matrix.row(b), words, rank, members.base, &nearest)
        if nearest == none { return }
        let first = seed ?? nearest
        found.first = first
        // members: not reached yet; reached: the components that are known, as far as they are known.
        toggle(first, in: members)
        reached.base.update(repeating: 0, count: Int(words))
        toggle(first, in: reached)
        absorb(matrix.row(first), words, bound: rank)
        // From the side of those not reached: each joins what is reached, or grows a component of its own.
        while let least = firstMember(words) {
            grown.removeAll(keepingCapacity: true)
            grown.append(least)
            toggle(least, in: members)
            var next = 0
            var joins = false
            while next < grown.count, !joins {
                let v = grown[next]
                next += 1
                joins = kernels.within(matrix.row(v), words, rank, reached.base, candidates.base) != 0
                if kernels.within(matrix.row(v), words, rank, members.base, candidates.base) != 0 {
                    move(candidates, words, to: &grown)
                }
            }
            for v in grown { toggle(v, in: reached) }
            if !joins { found.append(least) }
        }
    }

    /// Moves the neighbours that `row` names from the vertices not reached to those reached.
    private func absorb(_ row: UnsafePointer<UInt32>, _ words: UInt32, bound: UInt32) {
        _ = kernels.within(row, words, bound, members.base, candidates.base)
        for word in 0..<Int(words) {
            members.base[word] ^= candidates.base[word]
            reached.base[word] |= candidates.base[word]
        }
    }

    private func firstMember(_ words: UInt32) -> UInt32? {
        for word in 0..<Int(words) where members.base[word] != 0 {
            return UInt32(word * 64 + members.base[word].trailingZeroBitCount)
        }
        return nil
    }

    /// Takes `set` out of the members and appends its vertices to `list`.
    private func move(_ set: Storage<UInt64>, _ words: UInt32, to list: inout [UInt32]) {
        for word in 0..<Int(words) {
            var bits = set.base[word]
            members.base[word] &= ~bits
            while bits != 0 {
                list.append(UInt32(word * 64 + bits.trailingZeroBitCount))
                bits &= bits - 1
            }
        }
    }

    /// Fills `lune` with the vertices of the lune of edge ab, of rank `rank`.
    func lune(
        _ a: UInt32, _ b: UInt32, rank: UInt32, in matrix: RankMatrix, into lune: LuneGraph
    ) throws(HomologyError) {
        var nearest = none
        let size = kernels.lune(matrix.row(a), matrix.row(b), matrix.words, rank, members.base, &nearest)
        try lune.reset(rank: rank, count: Int(size))
        var next = 0
        for word in 0..<Int(matrix.words) {
            var bits = members.base[word]
            while bits != 0 {
                lune.vertices[next] = UInt32(truncatingIfNeeded: word &* 64 &+ bits.trailingZeroBitCount)
                next &+= 1
                bits &= bits &- 1
            }
        }
    }

    @inline(__always)
    func row(_ position: Int, of lune: LuneGraph, in matrix: RankMatrix) -> UnsafePointer<UInt64> {
        let (place, isNew) = lune.place(ofRow: position)
        if isNew {
            kernels.packed_within(
                matrix.row(lune.vertices[position]), matrix.words, lune.rank, members.base, place)
        }
        return UnsafePointer(place)
    }

    @inline(__always)
    private func toggle(_ v: UInt32, in set: Storage<UInt64>) {
        set.base[Int(v &>> 6)] ^= 1 &<< UInt64(v & 63)
    }
}
