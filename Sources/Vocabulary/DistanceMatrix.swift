/// Symmetric pairwise distances of `count` points in condensed form: the strict lower triangle by
/// rows, d(1,0), d(2,0), d(2,1), d(3,0), …, `count * (count - 1) / 2` numbers.
///
/// A distance of +infinity means that the two points are never joined. `vertexBirths` is the
/// diagonal: the filtration value at which each point appears; nil means all at 0.
public struct DistanceMatrix: Sendable, Hashable {
    public let count: Int
    public let lowerTriangle: Numbers
    public let vertexBirths: Scalars?
    /// One for each point, for a weighted filtration; never with births.
    public let weights: Scalars?

    /// - Throws: `InvalidInput` when the counts do not match, an entry is NaN or negative, a birth is
    ///   not finite, an edge is shorter than the birth of one of its ends, or a weight is negative or
    ///   not finite.
    public init(
        count: Int, lowerTriangle: Scalars, vertexBirths: Scalars? = nil, weights: Scalars? = nil
    ) throws(InvalidInput) {
        guard count > 0 else { throw .empty("distances") }
        let expected = count.multipliedReportingOverflow(by: count - 1)
        guard !expected.overflow, lowerTriangle.count == expected.partialValue / 2 else {
            throw .wrongCount("distances", found: lowerTriangle.count, expected: expected.partialValue / 2)
        }
        if let bad = lowerTriangle.firstNaNOrNegative {
            let (row, column) = Self.position(ofCondensed: bad)
            throw .notADistance("distances[\(row)][\(column)]", value: lowerTriangle[bad])
        }
        if let vertexBirths {
            guard vertexBirths.count == count else {
                throw .wrongCount("vertex births", found: vertexBirths.count, expected: count)
            }
            if let bad = vertexBirths.firstNonFinite { throw .notFinite("distances[\(bad)][\(bad)]") }
            for row in 1..<max(count, 1) {
                for column in 0..<row {
                    let length = lowerTriangle[row * (row - 1) / 2 + column]
                    let birth = max(vertexBirths[row], vertexBirths[column])
                    if length < birth {
                        throw .edgeBeforeVertex("distances[\(row)][\(column)]", length: length, birth: birth)
                    }
                }
            }
        }
        try weights?.checkWeights(of: count)
        guard vertexBirths == nil || weights == nil else { throw .weightsAndBirths }
        self.count = count
        self.lowerTriangle = Numbers(lowerTriangle)
        self.vertexBirths = vertexBirths
        self.weights = weights
    }

    /// Takes over distances that were computed, not received: nothing is checked again.
    package init(computed lowerTriangle: Numbers, count: Int, vertexBirths: Scalars? = nil) {
        self.count = count
        self.lowerTriangle = lowerTriangle
        self.vertexBirths = vertexBirths
        weights = nil
    }

    /// The row and column (row > column) of the condensed index `index`.
    package static func position(ofCondensed index: Int) -> (row: Int, column: Int) {
        var row = Int((1 + (1 + 8 * Double(index)).squareRoot()) / 2)
        while row * (row - 1) / 2 > index { row -= 1 }
        while (row + 1) * row / 2 <= index { row += 1 }
        return (row, index - row * (row - 1) / 2)
    }
}

extension Scalars {
    /// The index of the first entry that cannot be a distance.
    var firstNaNOrNegative: Int? {
        switch self {
        case .float32(let values): values.firstIndex { !($0 >= 0) }
        case .float64(let values): values.firstIndex { !($0 >= 0) }
        }
    }
}
