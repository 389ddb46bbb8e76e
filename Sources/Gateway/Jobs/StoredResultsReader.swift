import Formats
import Vocabulary

/// Makes the other formats of a job's results out of the stored JSON.
enum StoredResultsReader {
    /// A line for each pair (NDJSON), as they stand in the JSON.
    static func lines(_ json: [UInt8]) throws(Problem) -> [UInt8] {
        var lines: [UInt8] = []
        try read(json) { (reader) throws(JSONError) in
            reader.skipBlanks()
            let start = reader.position
            try reader.skip()
            lines += reader.bytes(from: start, to: reader.position)
            lines.append(UInt8(ascii: "\n"))
        }
        return lines
    }

    /// The barcode.
    ///
    /// - Parameters:
    ///   - maxDimension: that of the computation, as its highest dimensions may be empty.
    ///   - precision: that of the computation: its numbers are read back exactly.
    static func barcode(_ json: [UInt8], maxDimension: Int, precision: Precision) throws(Problem) -> Barcode {
        var pairs: [PersistencePair] = []
        var representatives: [RepresentativeCocycle] = []
        var generators: [FlagGenerator] = []
        try read(json) { (reader) throws(JSONError) in
            var (dimension, birth, death) = (0, 0.0, 0.0)
            var representative: (cocycle: RepresentativeCocycle, generator: FlagGenerator?)?
            try reader.object(at: "pair") { (key, reader) throws(JSONError) in
                switch key {
                case "dimension": dimension = try reader.integer(at: key)
                case "birth": birth = try value(&reader, precision)
                case "death": death = try value(&reader, precision)
                case "representative": representative = try Self.representative(&reader)
                default: try reader.skip()
                }
            }
            pairs.append(PersistencePair(dimension: dimension, birth: birth, death: death))
            if let representative { representatives.append(representative.cocycle) }
            if let generator = representative?.generator { generators.append(generator) }
        }
        return Barcode(
            maxDimension: max(maxDimension, pairs.last?.dimension ?? 0), pairs: pairs,
            representatives: representatives.count == pairs.count ? representatives : [],
            generators: generators.count == pairs.count ? generators : [])
    }

    /// Calls `pair` at each element of `persistence_pairs`.
    private static func read(
        _ json: [UInt8], pair: (inout JSONReader) throws(JSONError) -> Void
    ) throws(Problem) {
        let isRead = json.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            do throws(JSONError) {
                try reader.object(at: "results") { (key, reader) throws(JSONError) in
                    guard key == "persistence_pairs" else { return try reader.skip() }
                    try reader.array(at: key) { (_, reader) throws(JSONError) in try pair(&reader) }
                }
                return true
            } catch {
                return false
            }
        }
        guard isRead else { throw Problem(.internal, "the stored results cannot be read") }
    }

    private static func value(
        _ reader: inout JSONReader, _ precision: Precision
    ) throws(JSONError) -> Double {
        if try reader.nextKind() == .string {
            return try reader.string(at: "value") == "infinity" ? .infinity : -.infinity
        }
        let value = try reader.number(at: "value")
        return precision == .float32 ? Double(Float(value)) : value
    }

    private static func representative(
        _ reader: inout JSONReader
    ) throws(JSONError) -> (cocycle: RepresentativeCocycle, generator: FlagGenerator?) {
        var vertices: [Int32] = []
        var coefficients: [UInt16] = []
        var (birth, death): (FlagGenerator.Ends?, FlagGenerator.Ends?)
        try reader.object(at: "representative") { (key, reader) throws(JSONError) in
            switch key {
            case "simplices":
                vertices = try reader.rows(named: key).values.map { Int32(exactly: $0) ?? 0 }
            case "coefficients":
                coefficients = try reader.numbers(named: key).map { UInt16(exactly: $0) ?? 0 }
            case "birth": birth = try ends(&reader, key)
            case "death": if try !reader.acceptNull() { death = try ends(&reader, key) }
            default: try reader.skip()
            }
        }
        return (
            RepresentativeCocycle(vertices: vertices, coefficients: coefficients),
            birth.map { FlagGenerator(birth: $0, death: death) }
        )
    }

    /// A vertex or two.
    private static func ends(
        _ reader: inout JSONReader, _ key: String
    ) throws(JSONError) -> FlagGenerator.Ends? {
        let vertices = try reader.numbers(named: key).map { Int32(exactly: $0) ?? 0 }
        guard let first = vertices.first, let last = vertices.last else { return nil }
        return FlagGenerator.Ends(first, last)
    }
}
