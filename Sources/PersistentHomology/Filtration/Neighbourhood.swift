import Hardware
import RankKernels

/// The ranks among the neighbours of a few vertices, the centres, as a small matrix, so that the lunes of
/// their edges can be scanned like those of a dense graph. Scratch of one worker.
final class Neighbourhood {
    /// More vertices are not worth a matrix.
    static let largestCount = 4096

    private(set) var matrix: RankMatrix
    private var lanes: Storage<UInt32>
    private let buffer: Storage<UInt32>
    private let kernels = KernelTable().functions
    private let memory: MemoryAccount

    /// - Parameter count: the most vertices that will be loaded.
    init(count: Int, memory: MemoryAccount) throws(HomologyError) {
        self.memory = memory
        lanes = try Storage(count: 0, memory: memory)
        buffer = try Storage(count: count + 1, memory: memory)
        matrix = RankMatrix(base: lanes.base, words: 0)
    }

    /// Fills the matrix.
    ///
    /// - Parameters:
    ///   - count: the vertices, with their neighbours.
    ///   - fill: called with the position of each vertex and a buffer; writes the ranks from it to the
    ///     vertex at position p into place p + 1. Place 0 takes whatever is written there, so that vertices
    ///     elsewhere need no branch.
    @inline(__always)
    func load(count: Int, fill: (Int, UnsafeMutablePointer<UInt32>) -> Void) throws(HomologyError) {
        let size = RankMatrix.size(rows: count, count: count)
        if size > lanes.count { lanes = try Storage(count: size + size / 4, memory: memory) }
        let matrix = RankMatrix(base: lanes.base, words: RankMatrix.wordCount(count))
        self.matrix = matrix
        for position in 0..<count {
            let row = matrix.base + position * matrix.stride
            buffer.base.update(repeating: none, count: count + 1)
            fill(position, buffer.base)
            row.update(from: buffer.base + 1, count: count)
            (row + count).update(repeating: none, count: matrix.stride - count)
            kernels.summarize(row, matrix.words)
        }
    }
}
