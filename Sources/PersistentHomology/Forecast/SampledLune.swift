import Hardware
import Vocabulary

/// The lune of one edge on its own, as `ColumnEnumeration` wants it.
final class SampledLune: LuneRows {
    let lune: LuneGraph
    /// The vertex that the block's order puts first; nil where an apex closes the block.
    private(set) var pivot: UInt32?

    /// - Parameter length: of the edge; shorter ones join the lune's vertices.
    init(_ matrix: DistanceMatrix, below length: Float) throws(HomologyError) {
        lune = LuneGraph(memory: MemoryAccount())
        let count = matrix.count
        try lune.reset(rank: 1, count: count)
        var degrees = [Int](repeating: 0, count: count)
        guard case .float32(let lengths) = matrix.lowerTriangle else { return }
        for a in 0..<count {
            lune.vertices[a] = UInt32(a)
            lune.place(ofRow: a).row.update(repeating: 0, count: lune.words)
        }
        for a in 0..<count {
            let row = a * (a - 1) / 2
            for b in 0..<a where lengths[row + b] < length {
                lune.place(ofRow: a).row[b >> 6] |= 1 << UInt64(b & 63)
                lune.place(ofRow: b).row[a >> 6] |= 1 << UInt64(a & 63)
                degrees[a] += 1
                degrees[b] += 1
            }
        }
        let best = degrees.indices.max { degrees[$0] < degrees[$1] } ?? 0
        pivot = degrees[best] == count - 1 ? nil : UInt32(best)
    }

    func row(_ position: Int, of lune: LuneGraph) -> UnsafePointer<UInt64> {
        UnsafePointer(lune.place(ofRow: position).row)
    }
}
