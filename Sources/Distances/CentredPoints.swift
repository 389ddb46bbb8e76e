internal import Hardware
internal import Vocabulary

/// Points around their mean as floats, row-major, with half the squared length of each: what distances
/// from products of matrices start from.
///
/// Products lose what a distance is smaller than the lengths of its points, so that the mean is taken
/// away first, in double precision.
///
/// `@unchecked Sendable`: written while it is made, only read afterwards.
final class CentredPoints: @unchecked Sendable {
    let count: Int
    let dimension: Int
    let coordinates: UnsafeMutablePointer<Float>
    /// |x|² / 2 of the coordinates as they were rounded.
    let halves: UnsafeMutablePointer<Float>

    private let room: CountedRoom

    init(_ points: PreparedPoints, context: ComputeContext) throws(DistanceError) {
        count = points.count
        dimension = points.dimension
        let numbers = count * (dimension + 1)
        do {
            room = try CountedRoom(byteCount: numbers * MemoryLayout<Float>.stride, memory: context.memory)
        } catch {
            throw .memory(error)
        }
        coordinates = room.base.bindMemory(to: Float.self, capacity: numbers)
        halves = coordinates + count * dimension
        switch points.coordinates {
        case .float32(let values): centre(values, context.team)
        case .float64(let values): centre(values, context.team)
        }
    }

    private func centre<Value: BinaryFloatingPoint & Sendable>(_ values: NumberArray<Value>, _ team: any Team)
    {
        let mean = Self.mean(of: values, dimension: dimension)
        let (coordinates, halves) = (SharedBuffer(coordinates), SharedBuffer(halves))
        team.forEachChunk(of: count, by: max(1, 16_384 / dimension)) { [dimension] _, range in
            values.withUnsafeBufferPointer { values in
                mean.withUnsafeBufferPointer { mean in
                    for point in range {
                        let start = point &* dimension
                        let own = coordinates.base + start
                        // The loops by themselves: the first has no sum to wait for.
                        for k in 0..<dimension { own[k] = Float(Double(values[start &+ k]) - mean[k]) }
                        halves.base[point] = Float(sumOfSquares(own, dimension) / 2)
                    }
                }
            }
        }
    }

    /// Of some hundred points, evenly spaced: any point near the middle does.
    private static func mean<Value: BinaryFloatingPoint>(of values: NumberArray<Value>, dimension: Int)
        -> [Double]
    {
        var sums = [Double](repeating: 0, count: dimension)
        let count = values.count / dimension
        let step = max(1, count / 512)
        let points = stride(from: 0, to: count, by: step)
        values.withUnsafeBufferPointer { values in
            sums.withUnsafeMutableBufferPointer { sums in
                for point in points {
                    for k in 0..<dimension { sums[k] += Double(values[point &* dimension &+ k]) }
                }
            }
        }
        let sampled = Double((count + step - 1) / step)
        return sums.map { $0 / sampled }
    }
}

/// In double precision, four sums side by side: one alone waits for itself at each term.
func sumOfSquares<Value: BinaryFloatingPoint>(_ values: UnsafePointer<Value>, _ count: Int) -> Double {
    var sums = SIMD4<Double>()
    var k = 0
    while k &+ 4 <= count {
        var four = SIMD4<Double>()
        for lane in 0..<4 { four[lane] = Double(values[k &+ lane]) }
        sums += four * four
        k &+= 4
    }
    var total = sums.sum()
    while k < count {
        total += Double(values[k]) * Double(values[k])
        k &+= 1
    }
    return total
}
