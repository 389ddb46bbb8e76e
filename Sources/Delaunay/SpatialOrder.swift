import Hardware

/// Puts points into the order of Hilbert's curve, so that what is near in space is near in memory.
///
/// Points that share a cell of the curve are ordered again within their own bounding box, so that
/// clusters many orders of magnitude below the whole are in order too.
enum SpatialOrder {
    /// Fewer points than this in one cell stay as they are.
    private static let enough = 24
    /// Points that one thread takes at a time.
    static let chunk = 4096

    /// - Parameter coordinates: `dimension` numbers for each of `count` points.
    /// - Returns: the points' indices in order.
    static func order(
        _ coordinates: UnsafePointer<Double>, count: Int, dimension: Int, context: ComputeContext
    ) throws(DelaunayError) -> FlatArray<Int32> {
        let order = try FlatArray<Int32>(capacity: count, account: context.memory)
        let items = try FlatArray<UInt64>(capacity: count, account: context.memory)
        let spare = try FlatArray<UInt64>(capacity: count, account: context.memory)
        for index in 0..<count { items.base[index] = UInt64(index) }
        // Ranges of `items` still to be put in order, the next one last.
        var ranges = [0..<count]
        while let range = ranges.popLast() {
            if context.stop.isStopped { break }
            let part = items.base + range.lowerBound
            let cells = Cells(coordinates, dimension, part, range.count)
            guard cells.extent > 0 else { continue }
            cells.key(coordinates, part, range.count, context.team)
            RadixSort.byUpperHalf(part, spare.base, count: range.count, team: context.team)
            var start = 0
            while start < range.count {
                var end = start + 1
                while end < range.count, part[end] >> 32 == part[start] >> 32 { end += 1 }
                if end - start > enough {
                    ranges.append(range.lowerBound + start..<range.lowerBound + end)
                }
                start = end
            }
        }
        for index in 0..<count { order.base[index] = Int32(truncatingIfNeeded: items.base[index]) }
        return order
    }

    /// The greatest range of a coordinate.
    static func extent(of coordinates: UnsafePointer<Double>, count: Int, dimension: Int) -> Double {
        var lower = SIMD3<Double>(repeating: .infinity)
        var upper = SIMD3<Double>(repeating: -.infinity)
        for index in 0..<count {
            let point = point(coordinates, dimension, UInt64(index))
            lower.replace(with: point, where: point .< lower)
            upper.replace(with: point, where: point .> upper)
        }
        return (upper - lower).max()
    }

    /// The cells of the curve over the bounding box of some points.
    private struct Cells {
        var lower: SIMD3<Double>
        var extent: Double
        var dimension: Int

        init(
            _ coordinates: UnsafePointer<Double>, _ dimension: Int, _ items: UnsafePointer<UInt64>,
            _ count: Int
        ) {
            var lower = SIMD3<Double>(repeating: .infinity)
            var upper = SIMD3<Double>(repeating: -.infinity)
            for index in 0..<count {
                let point = SpatialOrder.point(coordinates, dimension, items[index])
                lower.replace(with: point, where: point .< lower)
                upper.replace(with: point, where: point .> upper)
            }
            self.lower = lower
            self.extent = (upper - lower).max()
            self.dimension = dimension
        }

        /// Writes each point's position on the curve above its index.
        func key(
            _ coordinates: UnsafePointer<Double>, _ items: UnsafeMutablePointer<UInt64>, _ count: Int,
            _ team: any Team
        ) {
            guard count > SpatialOrder.chunk else { return key(coordinates, items, 0..<count) }
            nonisolated(unsafe) let (coordinates, items) = (coordinates, items)
            team.forEachChunk(of: count, by: SpatialOrder.chunk) { _, range in
                key(coordinates, items, range)
            }
        }

        private func key(
            _ coordinates: UnsafePointer<Double>, _ items: UnsafeMutablePointer<UInt64>, _ range: Range<Int>
        ) {
            let side = Double(1 << (dimension == 2 ? HilbertCurve.planeBits : HilbertCurve.spaceBits))
            // A hair below the side, so that the farthest point is in the last cell.
            let scale = side * (1 - 0x1p-40) / extent
            for index in range {
                let point = (SpatialOrder.point(coordinates, dimension, items[index]) - lower) * scale
                let (x, y, z) = (UInt32(point.x), UInt32(point.y), UInt32(point.z))
                let position =
                    dimension == 2 ? HilbertCurve.position(x, y) : HilbertCurve.position(x, y, z)
                items[index] = UInt64(position) << 32 | items[index] & 0xffff_ffff
            }
        }
    }

    @inline(__always)
    private static func point(
        _ coordinates: UnsafePointer<Double>, _ dimension: Int, _ item: UInt64
    ) -> SIMD3<Double> {
        let at = Int(truncatingIfNeeded: item & 0xffff_ffff) &* dimension
        return SIMD3(coordinates[at], coordinates[at &+ 1], dimension == 2 ? 0 : coordinates[at &+ 2])
    }
}
