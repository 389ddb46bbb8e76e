public import Vocabulary

/// Reads what a computation starts from out of the bytes of a file or of a request.
///
/// A number is read as the nearest double and then rounded to the precision that is asked for. In rare
/// cases (about one number of 2²⁹ with many digits) that differs by one unit in the last place from
/// rounding the decimal to a float at once.
public enum InputParser {
    /// - Parameters:
    ///   - bytes: the whole input.
    ///   - name: the file's name, for `auto`.
    ///   - precision: that of the numbers in the result.
    public static func parse(
        _ bytes: [UInt8], as format: InputFormat, name: String? = nil, precision: Precision
    ) throws(FormatError) -> ComputeInput {
        let result = bytes.withUnsafeBytes { bytes in
            located(in: bytes) { () throws(TextError) in
                try parse(bytes, format, name, precision)
            }
        }
        return try result.get()
    }

    /// A cloud of points in a format that is known beforehand.
    ///
    /// - Parameter dimension: how many coordinates each point must have, where that is known too.
    public static func points(
        _ bytes: UnsafeRawBufferPointer, as format: PointsFormat, precision: Precision,
        dimension: Int? = nil
    ) throws(FormatError) -> PointCloud {
        try located(in: bytes) { () throws(TextError) in
            let table =
                switch format {
                case .csv: try DelimitedText.table(bytes, name: "points", blanksSeparate: false)
                case .txt: try DelimitedText.table(bytes, name: "points")
                case .json: try JSONTable.table(bytes, name: "points")
                case .npy: try NPYTable.table(bytes)
                }
            if let dimension, dimension != table.columns {
                throw table.error(
                    "points[0] has \(table.columns) coordinates, expected \(dimension)", at: 0, in: bytes)
            }
            return try points(table, in: bytes, precision)
        }.get()
    }

    /// A cloud of points in a format that is known beforehand.
    public static func points(
        _ bytes: [UInt8], as format: PointsFormat, precision: Precision
    ) throws(FormatError) -> PointCloud {
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(FormatError) in try points(bytes, as: format, precision: precision) }
        }.get()
    }

    private static func located<R>(
        in text: UnsafeRawBufferPointer, _ body: () throws(TextError) -> R
    ) -> Result<R, FormatError> {
        do throws(TextError) {
            return .success(try body())
        } catch {
            return .failure(error.located(in: text))
        }
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer, _ format: InputFormat, _ name: String?, _ precision: Precision
    ) throws(TextError) -> ComputeInput {
        guard !bytes.isEmpty else { throw TextError("there is nothing in it", at: nil) }
        switch format {
        case .auto:
            return try parse(bytes, InputFormat.detect(bytes, name: name), nil, precision)
        case .points:
            return .points(try points(try table(bytes, name: "points"), in: bytes, precision))
        case .npy:
            return .points(try points(try NPYTable.table(bytes), in: bytes, precision))
        case .distances:
            let table = try table(bytes, name: "distances")
            return .distances(try SquareMatrix.distances(table, in: bytes, precision))
        case .dipha:
            let table = try DIPHA.table(bytes)
            return .distances(try SquareMatrix.distances(table, in: bytes, precision))
        case .lowerDistances: return .distances(try Triangle.distances(bytes, .lower, precision))
        case .upperDistances: return .distances(try Triangle.distances(bytes, .upper, precision))
        case .sparse: return .sparse(try SparseText.graph(bytes, precision))
        }
    }

    /// A table of numbers in whichever of its forms.
    private static func table(
        _ bytes: UnsafeRawBufferPointer, name: String
    ) throws(TextError) -> NumberTable {
        if bytes.starts(with: NPYHeader.magic) { return try NPYTable.table(bytes) }
        if JSONTable.isJSON(bytes) { return try JSONTable.table(bytes, name: name) }
        return try DelimitedText.table(bytes, name: name)
    }

    private static func points(
        _ table: NumberTable, in text: UnsafeRawBufferPointer, _ precision: Precision
    ) throws(TextError) -> PointCloud {
        func error(_ message: String, at index: Int) -> TextError {
            let place = "points[\(index / table.columns)][\(index % table.columns)]"
            return table.error("\(place) \(message)", at: index, in: text)
        }
        if let bad = table.values.firstIndex(where: { !$0.isFinite }) {
            throw error("is not a finite number", at: bad)
        }
        let (scalars, overflow) = Scalars.narrowing(table.values, to: precision)
        if let overflow { throw error("is too large for float32, try float64", at: overflow) }
        do throws(InvalidInput) {
            return try PointCloud(dimension: table.columns, coordinates: scalars)
        } catch {
            throw TextError(error.description, at: nil)
        }
    }
}
