import Vocabulary

/// Makes a distance matrix of a full square of numbers. Both halves must agree; a diagonal that is not 0
/// says when each point appears.
enum SquareMatrix {
    static func distances(
        _ table: NumberTable, in text: UnsafeRawBufferPointer, _ precision: Precision
    ) throws(TextError) -> DistanceMatrix {
        let count = table.columns
        guard table.rows == count else {
            throw TextError("\(table.rows) rows of \(count) numbers: expected a square of distances", at: nil)
        }
        let values = table.values
        try checkDistances(values) { message, index in
            table.error("distances[\(index / count)][\(index % count)]: \(message)", at: index, in: text)
        }
        let (scalars, overflow) = Scalars.narrowing(values, to: precision)
        if let overflow {
            throw table.error(
                "\(values[overflow]) is too large for float32, try float64", at: overflow, in: text)
        }
        if let (row, column) = asymmetry(values, count, tolerance: precision == .float32 ? 1e-6 : 1e-12) {
            let (below, above) = (values[row * count + column], values[column * count + row])
            throw table.error(
                "not symmetric: distances[\(row)][\(column)] is \(below), "
                    + "distances[\(column)][\(row)] is \(above)",
                at: row * count + column, in: text)
        }
        let births = (0..<count).map { values[$0 * (count + 1)] }
        for row in 0..<count {
            for column in 0..<row where values[row * count + column] < max(births[row], births[column]) {
                throw table.error(
                    "distances[\(row)][\(column)] is \(values[row * count + column]), less than its points' "
                        + "diagonal entries \(births[row]) and \(births[column])",
                    at: row * count + column, in: text)
            }
        }
        do throws(InvalidInput) {
            return try DistanceMatrix(
                count: count, lowerTriangle: scalars.lowerTriangle(count),
                vertexBirths: births.contains { $0 != 0 } ? scalars.diagonal(count) : nil)
        } catch {
            throw TextError(error.description, at: nil)
        }
    }

    /// The first place below the diagonal that differs from its mirror image by more than rounding does.
    private static func asymmetry(
        _ values: [Double], _ count: Int, tolerance: Double
    ) -> (row: Int, column: Int)? {
        for row in 0..<count {
            for column in 0..<row {
                let (below, above) = (values[row &* count &+ column], values[column &* count &+ row])
                if below != above, !(abs(below - above) <= tolerance * max(below, above)) {
                    return (row, column)
                }
            }
        }
        return nil
    }
}

extension Scalars {
    /// The strict lower triangle by rows of this square of `count` rows.
    fileprivate func lowerTriangle(_ count: Int) -> Scalars {
        func half<T>(_ values: [T]) -> [T] {
            var half: [T] = []
            half.reserveCapacity(count * (count - 1) / 2)
            for row in 0..<count { half += values[row * count..<row * count + row] }
            return half
        }
        return switch self {
        case .float32(let values): .float32(half(values))
        case .float64(let values): .float64(half(values))
        }
    }

    fileprivate func diagonal(_ count: Int) -> Scalars {
        switch self {
        case .float32(let values): .float32((0..<count).map { values[$0 * (count + 1)] })
        case .float64(let values): .float64((0..<count).map { values[$0 * (count + 1)] })
        }
    }
}
