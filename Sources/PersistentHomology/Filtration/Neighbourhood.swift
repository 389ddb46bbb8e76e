import Hardware
import RankKernels

/// The ranks among the neighbours of one vertex as a small matrix, so that the lunes of its edges can
/// be scanned like those of a dense graph. The last row is the vertex itself. Scratch of one worker.
final class Neighbourhood {
    /// A vertex with more neighbours is not worth a matrix.
    static let largestDegree = 4096

    private(set) var centre: UInt32 = none
    private(set) var matrix: RankMatrix
    private let lanes: Storage<UInt32>
    private let buffer: Storage<UInt32>
    private let kernels = KernelTable().functions

    /// - Parameter degree: of the best connected vertex that will be loaded.
    init(degree: Int, memory: MemoryAccount) throws(HomologyError) {
        lanes = try Storage(count: RankMatrix.size(rows: degree + 1, count: degree), memory: memory)
        buffer = try Storage(count: degree + 1, memory: memory)
        matrix = RankMatrix(base: lanes.base, words: RankMatrix.wordCount(degree))
    }

    /// Fills the matrix for `centre`, whose neighbours have positions 0..<degree.
    ///
    /// - Parameters:
    ///   - ranks: from the centre to its neighbours, by position.
    ///   - fill: called with each position and a buffer; writes the ranks from that neighbour to the
    ///     neighbour at position p into place p + 1. Place 0 takes whatever is written there, so that
    ///     vertices elsewhere need no branch.
    @inline(__always)
    func load(
        _ centre: UInt32, degree: Int, ranks: UnsafePointer<UInt32>,
        fill: (Int, UnsafeMutablePointer<UInt32>) -> Void
    ) {
        self.centre = centre
        let matrix = RankMatrix(base: lanes.base, words: RankMatrix.wordCount(degree))
        self.matrix = matrix
        lanes.base.update(repeating: none, count: (degree + 1) * matrix.stride)
        for position in 0..<degree {
            let row = matrix.base + position * matrix.stride
            buffer.base.update(repeating: none, count: degree + 1)
            fill(position, buffer.base)
            row.update(from: buffer.base + 1, count: degree)
            kernels.summarize(row, matrix.words)
        }
        let own = matrix.base + degree * matrix.stride
        own.update(from: ranks, count: degree)
        kernels.summarize(own, matrix.words)
    }
}
