internal import Vocabulary

extension RipsCase: CustomStringConvertible {
    /// One line that says how to make it again.
    public var description: String {
        "family \(family), seed \(seed), \(count) vertices, \(form), max dimension \(maxDimension), "
            + "Z/\(modulus), \(precision), threshold \(threshold.map { "\($0)" } ?? "none")"
            + (births == nil ? "" : ", with vertex births")
    }

    /// A text that `init(text:)` reads back: a line for each demand, then the lower triangle.
    public var text: String {
        var lines = [
            "# \(description)",
            "family \(family)", "seed \(seed)", "form \(form.rawValue)", "precision \(precision.rawValue)",
            "max_dimension \(maxDimension)", "modulus \(modulus)", "count \(count)",
        ]
        if let threshold { lines.append("threshold \(threshold)") }
        if let births { lines.append("births " + births.map { "\($0)" }.joined(separator: " ")) }
        for row in 1..<max(count, 1) {
            lines.append("row " + (0..<row).map { "\(self[row, $0])" }.joined(separator: " "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Nil where `text` is not one that `text` wrote.
    public init?(text: String) {
        self.init(family: "", count: 0, lengths: [])
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 1 else { return nil }
            let numbers = words.dropFirst().compactMap(Double.init)
            switch words[0] {
            case "family": family = words[1]
            case "seed": seed = UInt64(words[1]) ?? 0
            case "form": form = Form(rawValue: words[1]) ?? .dense
            case "precision": precision = Precision(rawValue: words[1]) ?? .float64
            case "max_dimension": maxDimension = Int(words[1]) ?? 1
            case "modulus": modulus = Int(words[1]) ?? 2
            case "count": count = Int(words[1]) ?? 0
            case "threshold": threshold = numbers.first
            case "births": births = numbers
            case "row": lengths += numbers
            default: return nil
            }
        }
        guard count > 0, lengths.count == count * (count - 1) / 2 else { return nil }
    }
}
