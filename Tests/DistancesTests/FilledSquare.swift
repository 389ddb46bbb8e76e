import Distances
import Hardware
import Synchronization
import Vocabulary

/// What `PairwiseDistances.fillSquare` leaves in a square of -1, a little wider than it need be, and the tiles that it
/// hands over.
struct FilledSquare {
    let count: Int
    let stride: Int
    let values: [Float]
    let tiles: [(rows: Range<Int>, columns: Range<Int>)]
    let labels: [Int32]?
    let backend: String

    init(
        _ cloud: PointCloud, _ metric: Metric, by method: PairwiseDistances.Method = .differences,
        context: ComputeContext
    ) throws {
        count = cloud.count
        stride = cloud.count + 3
        let square = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * stride)
        defer { square.deallocate() }
        square.initialize(repeating: -1)
        let tiles = Mutex<[(rows: Range<Int>, columns: Range<Int>)]>([])
        guard let base = square.baseAddress else { throw DistanceError.stopped(.cancelled) }
        let filled = try PairwiseDistances.fillSquare(
            base, stride: stride, of: cloud, metric: metric, by: method, context: context
        ) { _, rows, columns in
            tiles.withLock { $0.append((rows, columns)) }
        }
        values = Array(square)
        self.tiles = tiles.withLock { $0 }
        (labels, backend) = filled
    }

    var lowerTriangle: [Double] {
        (0..<count).flatMap { row in values[row * stride..<row * stride + row].map(Double.init) }
    }

    /// Whether nothing was written beside the lower triangle, and each of its tiles was handed over once, as large as
    /// is said.
    var isWhole: Bool {
        let covered = tiles.flatMap { tile in tile.columns.map { [tile.rows.lowerBound, $0] } }
        let side = PairwiseDistances.tileSide
        return values.count { $0 == -1 } == count * stride - count * (count - 1) / 2
            && tiles.allSatisfy {
                $0.rows.lowerBound % side == 0 && $0.columns.lowerBound % side == 0 && $0.rows.count <= side
            }
            && Set(covered).count == covered.count
            && covered.count
                == Swift.stride(from: 0, to: count, by: side).reduce(0) { $0 + min($1 + side, count) }
    }
}
