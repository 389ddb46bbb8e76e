import Vocabulary

/// Reads the strict lower or upper triangle of a distance matrix: numbers row by row, separated by blanks,
/// line breaks, commas or semicolons. As for Ripser, only their order counts, not the line breaks.
enum Triangle {
    enum Half { case lower, upper }

    static func distances(
        _ text: UnsafeRawBufferPointer, _ half: Half, _ precision: Precision
    ) throws(TextError) -> DistanceMatrix {
        var scanner = TextScanner(text)
        var values: [Double] = []
        while scanner.nextLine() {
            guard let value = scanner.number() else { throw scanner.found(insteadOf: "a distance") }
            values.append(value)
            scanner.skipBlanks()
            if let byte = scanner.peek, byte.isSeparator { scanner.advance() }
        }
        guard !values.isEmpty else { throw TextError("expected distances, found none", at: scanner.position) }
        // n(n − 1)/2 = m has the root n = (1 + √(1 + 8m))/2.
        let count = Int((1 + (1 + 8 * Double(values.count)).squareRoot()) / 2)
        guard count * (count - 1) / 2 == values.count else {
            let (fewer, more) = (count * (count - 1) / 2, count * (count + 1) / 2)
            throw TextError(
                "found \(values.count) distances; \(count) points have \(fewer), \(count + 1) have \(more)",
                at: scanner.position)
        }
        try checkDistances(values) { message, index in
            TextError(message, at: offset(ofNumber: index, in: text, from: 0))
        }
        let lower = half == .lower ? values : transposed(upper: values, count: count)
        let (scalars, overflow) = Scalars.narrowing(lower, to: precision)
        if let overflow {
            throw TextError("the distance \(lower[overflow]) is too large for float32, try float64", at: nil)
        }
        do throws(InvalidInput) {
            return try DistanceMatrix(count: count, lowerTriangle: scalars)
        } catch {
            throw TextError(error.description, at: nil)
        }
    }

    /// The lower triangle by rows of the matrix whose upper triangle by rows is `values`.
    private static func transposed(upper values: [Double], count: Int) -> [Double] {
        var lower: [Double] = []
        lower.reserveCapacity(values.count)
        for row in 0..<count {
            // d(column, row) of the upper triangle; each step to the next row of it is one shorter.
            var index = row - 1
            for column in 0..<row {
                lower.append(values[index])
                index += count - 2 - column
            }
        }
        return lower
    }
}

/// Throws what `error` makes of the first number that is no distance.
func checkDistances(
    _ values: [Double], _ error: (String, Int) -> TextError
) throws(TextError) {
    if let bad = values.firstIndex(where: { !($0 >= 0) }) {
        throw error("\(values[bad]) is no distance: expected a number ≥ 0", bad)
    }
}
