import Vocabulary

/// Reads a weighted graph: a line `i j d` for each edge, the vertices counted from 0, separated by blanks
/// or commas, in any order. A line `i i b` says that vertex i appears at b.
enum SparseText {
    static func graph(
        _ text: UnsafeRawBufferPointer, _ precision: Precision
    ) throws(TextError) -> SparseGraph {
        var scanner = TextScanner(text)
        var ends: [Int32] = []
        var lengths: [Double] = []
        var offsets: [Int] = []
        var births: [Int: Double] = [:]
        var last = -1
        while scanner.nextLine() {
            let start = scanner.position
            let i = try vertex(&scanner)
            let j = try vertex(&scanner)
            scanner.skipBlanks()
            let place = scanner.position
            guard let length = scanner.number() else { throw scanner.found(insteadOf: "a distance") }
            guard length >= 0, i != j || length.isFinite else {
                throw TextError("\(length) is no distance: expected a number ≥ 0", at: place)
            }
            if precision == .float32, length.isFinite, Float(length).isInfinite {
                throw TextError("\(length) is too large for float32, try float64", at: place)
            }
            scanner.skipBlanks()
            if let byte = scanner.peek, byte.isSeparator { scanner.advance() }
            scanner.skipBlanks()
            guard scanner.isAtEnd || scanner.peek == .lineFeed || scanner.peek == UInt8(ascii: "#") else {
                throw scanner.found(insteadOf: "the end of the line after i, j and the distance")
            }
            last = max(last, Int(max(i, j)))
            if i == j {
                births[Int(i)] = length
            } else {
                ends += [i, j]
                lengths.append(length)
                offsets.append(start)
            }
        }
        guard last >= 0 else { throw TextError("expected lines of i j d, found none", at: scanner.position) }
        try checkRepeats(ends, offsets)

        for (edge, length) in lengths.enumerated() where !births.isEmpty {
            let birth = max(births[Int(ends[2 * edge])] ?? 0, births[Int(ends[2 * edge + 1])] ?? 0)
            if length < birth {
                throw TextError(
                    "the length \(length) is less than \(birth), when the edge's later end appears",
                    at: offsets[edge])
            }
        }
        let vertexBirths = births.values.contains { $0 != 0 } ? (0...last).map { births[$0] ?? 0 } : nil
        do throws(InvalidInput) {
            return try SparseGraph(
                count: last + 1, ends: ends, lengths: Scalars.float64(lengths).converted(to: precision),
                vertexBirths: vertexBirths.map { Scalars.float64($0).converted(to: precision) })
        } catch {
            throw TextError(error.description, at: nil)
        }
    }

    private static func vertex(_ scanner: inout TextScanner) throws(TextError) -> Int32 {
        scanner.skipBlanks()
        guard let index = scanner.index() else { throw scanner.found(insteadOf: "a vertex number from 0") }
        guard index < Int32.max else {
            throw TextError("vertex \(index) is too large, at most \(Int32.max - 1)", at: scanner.position)
        }
        scanner.skipBlanks()
        if let byte = scanner.peek, byte.isSeparator { scanner.advance() }
        return Int32(index)
    }

    /// - Throws: when a pair is given twice, in whichever direction; names the later line.
    private static func checkRepeats(_ ends: [Int32], _ offsets: [Int]) throws(TextError) {
        func key(_ edge: Int) -> UInt64 {
            let (a, b) = (ends[2 * edge], ends[2 * edge + 1])
            return UInt64(UInt32(max(a, b))) << 32 | UInt64(UInt32(min(a, b)))
        }
        var order = (0..<offsets.count).map { (key: key($0), edge: $0) }
        order.sort { $0 < $1 }
        var earliest: Int?
        for (a, b) in zip(order, order.dropFirst()) where a.key == b.key {
            earliest = min(earliest ?? b.edge, b.edge)
        }
        if let edge = earliest {
            let (a, b) = (ends[2 * edge], ends[2 * edge + 1])
            throw TextError("the edge between \(a) and \(b) is given a second time", at: offsets[edge])
        }
    }
}
