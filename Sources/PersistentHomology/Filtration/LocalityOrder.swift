import Hardware
import Vocabulary

/// Numbers the points so that near ones get near numbers: the lune of an edge then lies in few words
/// of a row, and scans pass over the rest.
///
/// Bisection after two far points, as ball trees are built; only distances are used, so it works for
/// every metric and for none. The order changes speed and nothing else.
enum LocalityOrder {
    private static let leafSize = 16
    /// A set of so few is one vector in any order, and to find one takes as long as it spares.
    private static let fewPoints = 256

    /// The points in their new order; nil where they are best left as they are.
    static func points(of matrix: DistanceMatrix, context: ComputeContext) throws(HomologyError) -> [UInt32]?
    {
        if matrix.count <= fewPoints { return nil }
        var items = (0..<UInt64(matrix.count)).map { $0 }
        switch matrix.lowerTriangle {
        case .float32(let lengths): bisect(&items, lengths, context.stop)
        case .float64(let lengths): bisect(&items, lengths, context.stop)
        }
        try context.checkStop()
        return items.map { UInt32(truncatingIfNeeded: $0) }
    }

    /// - Parameter items: points in the lower halves.
    private static func bisect<Length: SortableLength>(
        _ items: inout [UInt64], _ lengths: NumberArray<Length>, _ stop: StopSignal
    ) {
        lengths.withUnsafeBufferPointer { lengths in
            items.withUnsafeMutableBufferPointer { items in
                var open = [items[...]]
                while let part = open.popLast(), !stop.isStopped {
                    if part.count <= leafSize { continue }
                    let middle = part.startIndex + part.count / 2
                    let bisection = Bisection(
                        items: UnsafeMutableBufferPointer(rebasing: part), lengths: lengths)
                    bisection.split(at: part.count / 2)
                    open.append(items[part.startIndex..<middle])
                    open.append(items[middle..<part.endIndex])
                }
            }
        }
    }
}

/// Some of the points, to be split into two halves by what they are nearer to.
private struct Bisection<Length: SortableLength> {
    let items: UnsafeMutableBufferPointer<UInt64>
    let lengths: UnsafeBufferPointer<Length>

    func split(at middle: Int) {
        let first = farthest(from: point(0))
        let second = farthest(from: first)
        for index in 0..<items.count {
            let point = point(index)
            let (near, far) = (Float(distance(point, first)), Float(distance(point, second)))
            // Infinite distances (no edge) would make their difference NaN.
            let bits = (near == far ? 0 : near - far).bitPattern
            let key = bits >> 31 == 1 ? ~bits : bits | 1 << 31
            items[index] = UInt64(key) << 32 | UInt64(point)
        }
        select(middle)
    }

    private func point(_ index: Int) -> Int { Int(UInt32(truncatingIfNeeded: items[index])) }

    @inline(__always)
    private func distance(_ i: Int, _ j: Int) -> Length {
        let (larger, smaller) = (max(i, j), min(i, j))
        return larger == smaller ? 0 : lengths[larger &* (larger &- 1) / 2 &+ smaller]
    }

    private func farthest(from point: Int) -> Int {
        var best = (distance: -1 as Length, point: point)
        for index in 0..<items.count {
            let other = self.point(index)
            let length = distance(point, other)
            if length > best.distance, other != point { best = (length, other) }
        }
        return best.point
    }

    /// Brings the least items to the places before `middle` (quickselect; no two are equal).
    private func select(_ middle: Int) {
        var (low, high) = (0, items.count - 1)
        while low < high {
            let (a, b, c) = (items[low], items[(low + high) / 2], items[high])
            let pivot = max(min(a, b), min(max(a, b), c))
            var (i, j) = (low, high)
            while i <= j {
                while items[i] < pivot { i &+= 1 }
                while pivot < items[j] { j &-= 1 }
                if i <= j {
                    items.swapAt(i, j)
                    i &+= 1
                    j &-= 1
                }
            }
            if middle <= j {
                high = j
            } else if middle >= i {
                low = i
            } else {
                return
            }
        }
    }
}
