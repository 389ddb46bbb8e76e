public import Vocabulary

/// Writes barcodes as text for people, `awk` and spreadsheets. An essential class dies at `inf`.
public enum ResultsText {
    /// A line `dimension birth death` for each bar, by dimension. Where there are representatives then the
    /// edges (in dimension 0 the vertex) of birth and death, `none` for an essential class, and the
    /// cocycle: simplices as vertices joined by `-`, with coefficients other than 1 in front.
    public static func text(_ barcode: Barcode, precision: Precision) -> [UInt8] {
        lines(barcode, precision, separator: " ")
    }

    /// The same with a header and commas.
    public static func csv(_ barcode: Barcode, precision: Precision) -> [UInt8] {
        var columns = ["dimension", "birth", "death"]
        if !barcode.generators.isEmpty { columns += ["birth_edge", "death_edge"] }
        if !barcode.representatives.isEmpty { columns.append("representative") }
        return Array((columns.joined(separator: ",") + "\n").utf8)
            + lines(barcode, precision, separator: ",")
    }

    private static func lines(_ barcode: Barcode, _ precision: Precision, separator: String) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(32 * barcode.pairs.count)
        for (index, pair) in barcode.pairs.enumerated() {
            lines += "\(pair.dimension)\(separator)".utf8
            lines += number(pair.birth, precision).utf8
            lines += separator.utf8
            lines += number(pair.death, precision).utf8
            if let generator = barcode.generator(of: index) {
                let ends = [text(generator.birth), generator.death.map(text) ?? "none"]
                lines += (separator + ends.joined(separator: separator)).utf8
            }
            if let representative = barcode.representative(of: index) {
                lines += separator.utf8
                lines += text(representative, dimension: pair.dimension).utf8
            }
            lines.append(.lineFeed)
        }
        return lines
    }

    /// The shortest decimal that tells the number from every other of its precision.
    private static func number(_ value: Double, _ precision: Precision) -> Substring {
        let text = precision == .float32 ? Float(value).description : value.description
        return text.hasSuffix(".0") ? text.dropLast(2) : text[...]
    }

    private static func text(_ ends: FlagGenerator.Ends) -> String { text(ends.vertices) }

    private static func text(_ vertices: some Sequence<Int32>) -> String {
        vertices.map(String.init).joined(separator: "-")
    }

    private static func text(_ representative: RepresentativeCocycle, dimension: Int) -> String {
        zip(representative.coefficients, representative.simplices(dimension: dimension)).map {
            let simplex = text($1)
            return $0 == 1 ? simplex : "\($0)*\(simplex)"
        }.joined(separator: " ")
    }
}
