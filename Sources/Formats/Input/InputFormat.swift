/// What a file holds, as `tda --input` names it.
public enum InputFormat: String, Sendable, CaseIterable {
    /// Told by the file's name and its first bytes.
    case auto
    /// Coordinates, a point a row: text, JSON `[[…]]` or NPY.
    case points
    /// A full square of distances: text, JSON `[[…]]` or NPY.
    case distances
    /// The strict lower triangle by rows, as Ripser reads it.
    case lowerDistances = "lower-distances"
    /// The strict upper triangle by rows, as Ripser reads it.
    case upperDistances = "upper-distances"
    /// Lines of `i j d`, as Ripser reads them.
    case sparse
    /// A DIPHA distance matrix.
    case dipha
    /// Points in NumPy's format.
    case npy
}

/// The formats in which points are uploaded.
public enum PointsFormat: String, Sendable, CaseIterable {
    /// Numbers separated by commas or semicolons; the first row may be a header.
    case csv
    /// `[[…], …]`.
    case json
    /// NumPy's format: version 1 to 3, `f4`, `f8`, `i4` or `i8` in either byte and index order.
    case npy
    /// Numbers separated by blanks; `#` starts a comment.
    case txt
}

extension InputFormat {
    /// What `bytes` hold; `name` is the file's, which decides where it ends in a known way.
    static func detect(_ bytes: UnsafeRawBufferPointer, name: String?) -> InputFormat {
        if bytes.starts(with: NPYHeader.magic) { return .npy }
        if DIPHA.isDIPHA(bytes) { return .dipha }
        let name = name?.lowercased() ?? ""
        for (ending, format) in knownEndings where name.hasSuffix(ending) { return format }
        return detectByShape(bytes)
    }

    private static let knownEndings: [(String, InputFormat)] = [
        (".csv", .points), (".txt", .points), (".json", .points), (".xyz", .points),
        (".point_cloud", .points), (".lower_distance_matrix", .lowerDistances),
        (".upper_distance_matrix", .upperDistances), (".distance_matrix", .distances), (".sparse", .sparse),
        (".npy", .npy), (".dipha", .dipha),
    ]

    /// Rows of 1, 2, 3, … numbers are a lower triangle, of …, 3, 2, 1 an upper one, else they are points.
    /// A full square of distances is never guessed: it looks like as many points.
    private static func detectByShape(_ bytes: UnsafeRawBufferPointer) -> InputFormat {
        var scanner = TextScanner(bytes)
        var lengths: [Int] = []
        while lengths.count < 4, scanner.nextLine() {
            var length = 0
            while scanner.number() != nil {
                length += 1
                scanner.skipBlanks()
                if let byte = scanner.peek, byte.isSeparator { scanner.advance() }
                scanner.skipBlanks()
            }
            // A line with anything else in it says nothing about the shape; reading it will say what is wrong.
            guard scanner.isAtEnd || scanner.peek == .lineFeed else { return .points }
            lengths.append(length)
        }
        guard lengths.count > 1 else { return .points }
        if lengths == Array(1...lengths.count) { return .lowerDistances }
        let falls = zip(lengths, lengths.dropFirst()).allSatisfy { $0 == $1 + 1 }
        return falls && lengths.allSatisfy { $0 > 0 } ? .upperDistances : .points
    }
}
