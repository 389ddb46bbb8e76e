import Hardware

/// Numbers the points so that near ones get near numbers: the lune of an edge then lies in few words
/// of a row, and scans pass over the rest.
///
/// Bisection after two far points, as ball trees are built; only distances are used, so it works for
/// every metric and for none. The order changes speed and nothing else.
enum LocalityOrder {
    private static let leafSize = 16

    /// The points in their new order.
    static func points(
        count: Int, distance: (Int, Int) -> Double, context: ComputeContext
    ) throws(HomologyError) -> [UInt32] {
        var order = (0..<UInt32(count)).map { $0 }
        var keyed = [(key: Double, point: UInt32)](repeating: (0, 0), count: count)
        var open = [0..<count]
        while let range = open.popLast() {
            if range.count <= leafSize { continue }
            try context.checkStop()
            let first = farthest(from: Int(order[range.lowerBound]), in: order[range], distance)
            let second = farthest(from: first, in: order[range], distance)
            for index in range {
                let point = Int(order[index])
                let (near, far) = (distance(point, first), distance(point, second))
                // Infinite distances (no edge) would make their difference NaN.
                keyed[index] = (near == far ? 0 : near - far, order[index])
            }
            keyed[range].sort { $0.key != $1.key ? $0.key < $1.key : $0.point < $1.point }
            for index in range { order[index] = keyed[index].point }
            let middle = range.lowerBound + range.count / 2
            open.append(range.lowerBound..<middle)
            open.append(middle..<range.upperBound)
        }
        return order
    }

    private static func farthest(
        from point: Int, in points: ArraySlice<UInt32>, _ distance: (Int, Int) -> Double
    ) -> Int {
        var best = (distance: -1.0, point: point)
        for other in points where Int(other) != point {
            let length = distance(point, Int(other))
            if length > best.distance { best = (length, Int(other)) }
        }
        return best.point
    }
}
