package import Hardware
package import Vocabulary
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The points of a triangulation in the order of Hilbert's curve, scaled by a power of two into the
/// range in which the predicates are exact. A vertex is named by its place in this order.
package struct Sites: ~Copyable {
    package let count: Int
    /// 2 or 3.
    package let dimension: Int
    /// Coordinates from one point to the next: 2 in the plane, 4 in space, where the first comes again
    /// after the third, so that any two axes are side by side in cyclic order.
    package let stride: Int
    private let room: FlatArray<Double>
    private let order: FlatArray<Int32>
    /// Point `i` of the input is `2^exponent` times smaller than here.
    package let exponent: Int

    /// The greatest range of a coordinate.
    let extent: Double

    package var coordinates: UnsafePointer<Double> { UnsafePointer(room.base) }

    /// The index in the input of the point that `vertex` is.
    package func index(of vertex: Int32) -> Int32 { order.base[Int(vertex)] }

    @inline(__always)
    package subscript(vertex: Int32) -> UnsafePointer<Double> {
        UnsafePointer(room.base + Int(vertex) &* stride)
    }

    /// The predicates want magnitudes from 2⁻⁷⁹ to 2¹²⁰.
    private static let highestExponent = 119
    private static let lowestExponent = -79

    /// Neighbours of tetrahedra are numbered four to a tetrahedron in 32 bits, and there are rarely
    /// more than seven tetrahedra to a point.
    package static func highestCount(dimension: Int) -> Int { dimension == 2 ? 200_000_000 : 70_000_000 }

    package init(_ cloud: PointCloud, context: ComputeContext) throws(DelaunayError) {
        guard cloud.dimension == 2 || cloud.dimension == 3 else { throw .dimension(cloud.dimension) }
        let limit = Self.highestCount(dimension: cloud.dimension)
        guard cloud.count <= limit else { throw .tooManyPoints(count: cloud.count, limit: limit) }
        let (count, dimension) = (cloud.count, cloud.dimension)
        let stride = dimension == 2 ? 2 : 4
        let exponent = try Self.exponent(of: cloud)
        let scaled = try FlatArray<Double>(capacity: count * dimension, account: context.memory)
        Self.scale(cloud.coordinates, by: exponent, into: scaled.base)
        let order = try SpatialOrder.order(
            scaled.base, count: count, dimension: dimension, context: context)
        let room = try FlatArray<Double>(capacity: count * stride, account: context.memory)
        nonisolated(unsafe) let (source, places, target) = (scaled.base, order.base, room.base)
        context.team.forEachChunk(of: count, by: SpatialOrder.chunk) { _, range in
            for place in range {
                let from = source + Int(places[place]) &* dimension
                let to = target + place &* stride
                to[0] = from[0]
                to[1] = from[1]
                if stride == 4 {
                    to[2] = from[2]
                    to[3] = from[0]
                }
            }
        }
        extent = SpatialOrder.extent(of: scaled.base, count: count, dimension: dimension)
        self.count = count
        self.dimension = dimension
        self.stride = stride
        self.exponent = exponent
        self.room = room
        self.order = order
    }

    /// The power of two that takes the largest coordinate to the top of the range.
    private static func exponent(of cloud: PointCloud) throws(DelaunayError) -> Int {
        var (largest, smallest) = (0.0, Double.infinity)
        var smallestAt = 0
        func look(_ size: Double, at index: Int) {
            if size > largest { largest = size }
            if size != 0, size < smallest { (smallest, smallestAt) = (size, index) }
        }
        switch cloud.coordinates {
        case .float32(let values):
            for index in values.indices { look(Double(values[index]).magnitude, at: index) }
        case .float64(let values): for index in values.indices { look(values[index].magnitude, at: index) }
        }
        guard largest > 0 else { return 0 }
        let exponent = highestExponent - Int(largest.exponent)
        if Int(smallest.exponent) + exponent < lowestExponent {
            throw .scalesTooFarApart(
                point: smallestAt / cloud.dimension, smallest: smallest, largest: largest)
        }
        return exponent
    }

    /// Zeros come out positive.
    private static func scale(_ scalars: Scalars, by exponent: Int, into room: UnsafeMutablePointer<Double>) {
        // Two factors: one alone may not be a normal number.
        let half = scalbn(1, Int32(exponent / 2)), rest = scalbn(1, Int32(exponent - exponent / 2))
        switch scalars {
        case .float32(let values):
            for index in values.indices { room[index] = Double(values[index]) * half * rest + 0 }
        case .float64(let values):
            for index in values.indices { room[index] = values[index] * half * rest + 0 }
        }
    }
}
