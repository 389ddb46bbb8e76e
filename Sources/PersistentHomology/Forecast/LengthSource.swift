package import Vocabulary

/// Distances as a forecast asks for them: a few rows, and a few small matrices.
package protocol LengthSource {
    var count: Int { get }
    /// The distances from `point` to all points.
    func row(of point: Int) throws(Failure) -> [Float]
    /// The distances between `points`.
    func matrix(of points: [Int]) throws(Failure) -> DistanceMatrix
    /// The distances from `point` to those of other points that are asked for.
    func lengths(from point: Int) throws(Failure) -> (Int) -> Float
}

extension LengthSource {
    package func lengths(from point: Int) throws(Failure) -> (Int) -> Float {
        let row = try row(of: point)
        return { row[$0] }
    }
}

/// A matrix that is there already.
package struct GivenLengths: LengthSource {
    private let matrix: DistanceMatrix
    package var count: Int { matrix.count }

    package init(_ matrix: DistanceMatrix) { self.matrix = matrix }

    package func row(of point: Int) -> [Float] {
        (0..<count).map { $0 == point ? 0 : self[point, $0] }
    }

    package func lengths(from point: Int) -> (Int) -> Float { { $0 == point ? 0 : self[point, $0] } }

    package func matrix(of points: [Int]) throws(Failure) -> DistanceMatrix {
        let lengths = points.indices.flatMap { row in points[..<row].map { self[points[row], $0] } }
        return DistanceMatrix(computed: .float32(NumberArray(lengths)), count: points.count)
    }

    private subscript(a: Int, b: Int) -> Float {
        let (high, low) = (max(a, b), min(a, b))
        let place = high * (high - 1) / 2 + low
        switch matrix.lowerTriangle {
        case .float32(let lengths): return lengths[place]
        case .float64(let lengths): return Float(lengths[place])
        }
    }
}
