import Kafka

/// The Euclidean distances of a stream's last window, for the next one, which overlaps with it: only pairs
/// with a new point are computed.
///
/// Computed as float32, each sum of squares in eight lanes; the last digit may differ from the daemon's own.
package struct SharedDistances {
    /// By the position of an event, where its points stand in the last window.
    private var starts: [Int64: Int] = [:]
    /// The condensed matrix of the last window, by rows of its lower triangle.
    private var lower: [Float] = []
    /// Pairs that were computed, and pairs that were there already.
    package private(set) var computed = 0
    package private(set) var reused = 0

    /// Above, a matrix is more to keep and to send than it saves.
    static let mostPoints = 4096

    package init() {}

    var byteCount: Int { 4 * lower.count }

    /// The condensed matrix of `updates`, which have points of one dimension, in their order.
    package mutating func lowerTriangle(of updates: [CloudUpdate]) -> [Float] {
        let dimension = updates.first?.dimension ?? 0
        let points = Self.points(updates)
        let blocks = blocks(updates)
        let count = blocks.last?.range.upperBound ?? 0
        var next = [Float](repeating: 0, count: count * max(count - 1, 0) / 2)
        next.withUnsafeMutableBufferPointer { next in
            lower.withUnsafeBufferPointer { last in
                points.withUnsafeBufferPointer { points in
                    for block in blocks {
                        for row in block.range {
                            Self.fill(
                                row, block, blocks, dimension, points, last, next, &computed, &reused)
                        }
                    }
                }
            }
        }
        starts = Dictionary(
            zip(updates.map(\.record.offset), blocks.map(\.range.lowerBound)),
            uniquingKeysWith: { first, _ in first })
        lower = next
        return next
    }

    /// All coordinates, row-major.
    private static func points(_ updates: [CloudUpdate]) -> [Float] {
        let count = updates.reduce(0) { $0 + $1.coordinates.count }
        return [Float](unsafeUninitializedCapacity: count) { points, filled in
            for update in updates {
                for coordinate in update.coordinates {
                    points.initializeElement(at: filled, to: Float(coordinate))
                    filled += 1
                }
            }
        }
    }

    /// The points of one event: where they stand now, and where they stood.
    private struct Block {
        let range: Range<Int>
        let before: Int?
    }

    private func blocks(_ updates: [CloudUpdate]) -> [Block] {
        var start = 0
        return updates.map { update in
            defer { start += update.pointCount }
            return Block(range: start..<start + update.pointCount, before: starts[update.record.offset])
        }
    }

    /// Row `row` of the matrix, the distances to all points before it.
    private static func fill(
        _ row: Int, _ own: Block, _ blocks: [Block], _ dimension: Int, _ points: UnsafeBufferPointer<Float>,
        _ last: UnsafeBufferPointer<Float>, _ next: UnsafeMutableBufferPointer<Float>, _ computed: inout Int,
        _ reused: inout Int
    ) {
        let base = row * (row - 1) / 2
        for block in blocks {
            let columns = block.range.clamped(to: 0..<row)
            if columns.isEmpty { return }
            // In both windows events stand in the same order, so that the row was a lower one then too.
            if let before = own.before, let other = block.before, other <= before {
                let oldRow = before + row - own.range.lowerBound
                let start = oldRow * (oldRow - 1) / 2 + other
                for offset in 0..<columns.count {
                    next[base + columns.lowerBound + offset] = last[start + offset]
                }
                reused += columns.count
                continue
            }
            for column in columns {
                next[base + column] = distance(points, row * dimension, column * dimension, dimension)
            }
            computed += columns.count
        }
    }

    private static func distance(
        _ points: UnsafeBufferPointer<Float>, _ a: Int, _ b: Int, _ dimension: Int
    ) -> Float {
        guard let base = points.baseAddress else { return 0 }
        let (a, b) = (UnsafeRawPointer(base + a), UnsafeRawPointer(base + b))
        var lanes = SIMD8<Float>.zero
        var offset = 0
        while offset + 8 <= dimension {
            let difference =
                a.loadUnaligned(fromByteOffset: 4 * offset, as: SIMD8<Float>.self)
                - b.loadUnaligned(fromByteOffset: 4 * offset, as: SIMD8<Float>.self)
            lanes += difference * difference
            offset += 8
        }
        var sum = lanes.sum()
        while offset < dimension {
            let difference =
                a.loadUnaligned(fromByteOffset: 4 * offset, as: Float.self)
                - b.loadUnaligned(fromByteOffset: 4 * offset, as: Float.self)
            sum += difference * difference
            offset += 1
        }
        return sum.squareRoot()
    }
}
