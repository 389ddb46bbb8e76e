import Formats
import SeededRandom
import Testing
import Vocabulary

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

struct ResultsTests {
    static let barcode = Barcode(
        maxDimension: 1,
        pairs: [
            PersistencePair(dimension: 1, birth: Double(Float(0.1)), death: Double(Float(0.3))),
            PersistencePair(dimension: 0, birth: 0, death: .infinity),
            PersistencePair(dimension: 0, birth: 0, death: 1),
        ])

    static let withRepresentatives = Barcode(
        maxDimension: 1, pairs: [PersistencePair(dimension: 1, birth: 1, death: 2)],
        representatives: [RepresentativeCocycle(vertices: [3, 0, 2, 1], coefficients: [1, 2])])

    static let withGenerators = Barcode(
        maxDimension: 0,
        pairs: [
            PersistencePair(dimension: 0, birth: 0, death: 1),
            PersistencePair(dimension: 0, birth: 0, death: .infinity),
        ],
        representatives: [
            RepresentativeCocycle(vertices: [2], coefficients: [1]),
            RepresentativeCocycle(vertices: [2, 0], coefficients: [1, 1]),
        ],
        generators: [
            FlagGenerator(birth: .init(2, 2), death: .init(0, 2)),
            FlagGenerator(birth: .init(0, 0), death: nil),
        ])

    @Test func `text is a line a bar`() {
        #expect(text(ResultsText.text(Self.barcode, precision: .float32)) == "0 0 1\n0 0 inf\n1 0.1 0.3\n")
        #expect(
            text(ResultsText.text(Self.barcode, precision: .float64))
                == "0 0 1\n0 0 inf\n1 0.10000000149011612 0.30000001192092896\n")
        #expect(text(ResultsText.text(Self.withRepresentatives, precision: .float32)) == "1 1 2 3-0 2*2-1\n")
    }

    @Test func `csv has a header`() {
        #expect(
            text(ResultsText.csv(Self.barcode, precision: .float32))
                == "dimension,birth,death\n0,0,1\n0,0,inf\n1,0.1,0.3\n")
    }

    @Test func `lines of JSON`() {
        #expect(
            text(ResultsJSON.lines(Self.barcode, precision: .float32)) == """
                {"dimension":0,"birth":0.0,"death":1.0,"persistence":1.0}
                {"dimension":0,"birth":0.0,"death":"infinity","persistence":"infinity"}
                {"dimension":1,"birth":0.1,"death":0.3,"persistence":0.20000002}

                """)
    }

    @Test func `floats are spelled with as few digits as tell them apart`() {
        var random = SplitMix64(seed: 11)
        // Everyday sizes, whole numbers, decimals with few digits, powers of two, and any bits at all.
        let values = (0..<30_000).map { index -> Float in
            switch index % 5 {
            case 0: Float.random(in: 0..<2, using: &random)
            case 1: Float(Int.random(in: 0..<3_000_000, using: &random))
            case 2: Float(Int.random(in: 0..<100_000, using: &random)) / 1000
            case 3: Float(sign: .plus, exponent: Int.random(in: -15...25, using: &random), significand: 1)
            default: Float(bitPattern: UInt32.random(in: 0..<0x7F80_0000, using: &random))
            }
        }
        let bars = zip(values, values.dropFirst()).map { (min($0, $1), max($0, $1)) }
        let pairs = bars.map { PersistencePair(dimension: 1, birth: Double($0), death: Double($1)) }
        // Which puts them in order.
        let barcode = Barcode(maxDimension: 1, pairs: pairs)
        let expected = barcode.pairs.map { pair in
            let (birth, death) = (Float(pair.birth), Float(pair.death))
            return #"{"dimension":1,"birth":\#(birth),"death":\#(death),"persistence":\#(death - birth)}"#
                + "\n"
        }
        #expect(text(ResultsJSON.lines(barcode, precision: .float32)) == expected.joined())

        let born = Barcode(
            maxDimension: 0, pairs: values.map { PersistencePair(dimension: 0, birth: 0, death: Double($0)) })
        let lines = born.pairs.map { pair in
            let death = Float(pair.death)
            return #"{"dimension":0,"birth":0.0,"death":\#(death),"persistence":\#(death)}"# + "\n"
        }
        #expect(text(ResultsJSON.lines(born, precision: .float32)) == lines.joined())
    }

    @Test func `the results object of the HTTP contract`() {
        var statistics = ComputeStatistics()
        statistics.computeSeconds = 0.0019
        statistics.peakMemory = 512 << 10
        statistics.pointCount = 2
        statistics.edgeCount = 1
        statistics.threshold = 1
        statistics.phases = [.init(name: "distances", seconds: 0.001)]
        let barcode = Barcode(
            maxDimension: 1, pairs: [PersistencePair(dimension: 0, birth: 0, death: .infinity)])
        let result = ComputeResult(barcode: barcode, statistics: statistics)
        #expect(
            text(ResultsJSON.bytes(result, precision: .float32, cached: false)) == """
                {"persistence_pairs":[{"dimension":0,"birth":0.0,"death":"infinity","persistence":"infinity"}],\
                "betti_numbers":{"beta_0":1,"beta_1":0},\
                "statistics":{"computation_time_ms":1.9,"memory_peak_mb":0.5,"num_points":2,"num_edges":1,\
                "num_threads":1,"backend":"cpu","threshold":1.0,"phases":{"distances":1.0}},"cached":false}
                """)
    }

    @Test func `representatives stand beside their pairs`() {
        let json = text(ResultsJSON.lines(Self.withRepresentatives, precision: .float32))
        #expect(json.contains(#""representative":{"simplices":[[3,0],[2,1]],"coefficients":[1,2]}"#))
    }

    @Test func `generators stand beside their pairs`() {
        #expect(
            text(ResultsText.text(Self.withGenerators, precision: .float32))
                == "0 0 1 2 2-0 2\n0 0 inf 0 none 2 0\n")
        #expect(
            text(ResultsText.csv(Self.withGenerators, precision: .float32)) == """
                dimension,birth,death,birth_edge,death_edge,representative
                0,0,1,2,2-0,2
                0,0,inf,0,none,2 0

                """)
        let json = text(ResultsJSON.lines(Self.withGenerators, precision: .float32))
        #expect(json.contains(#""representative":{"birth":[2],"death":[2,0],"simplices""#))
        #expect(json.contains(#""representative":{"birth":[0],"death":null,"simplices""#))
    }

    @Test func `an npz archive holds the edges of birth and death`() throws {
        let edges = try member("h0_edges.npy", of: ResultsNPZ.bytes(Self.withGenerators))
        let numbers = stride(from: edges.count - 32, to: edges.count, by: 4).map { offset in
            edges.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Int32.self) }
        }
        #expect(numbers == [2, 2, 2, 0, 0, 0, -1, -1])
    }

    @Test func `an npz archive holds an array a dimension`() throws {
        let archive = ResultsNPZ.bytes(Self.barcode)
        let h0 = try member("h0.npy", of: archive)
        #expect(
            text(Array(h0[10..<76])).hasPrefix("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }"))
        #expect(h0.count.isMultiple(of: 32))
        let values = stride(from: h0.count - 32, to: h0.count, by: 8).map { offset in
            h0.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Double.self) }
        }
        #expect(values == [0, 1, 0, .infinity])
        let h1 = try InputParser.parse(try member("h1.npy", of: archive), as: .npy, precision: .float32)
        let expected = try PointCloud(dimension: 2, coordinates: .float32([0.1, 0.3]))
        #expect(h1 == .points(expected))
    }

    @Test func `an npz archive ends with its directory`() throws {
        let archive = ResultsNPZ.bytes(Self.barcode)
        let end = archive.suffix(22)
        #expect(end.starts(with: [0x50, 0x4B, 5, 6]))
        #expect(end[end.startIndex + 10] == 2)
    }

    /// The content of a stored member, found by its local header.
    private func member(_ name: String, of archive: [UInt8]) throws -> [UInt8] {
        var offset = 0
        func field(_ at: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(archive[offset + at + $1]) << (8 * $1) }
        }
        while field(0, 4) == 0x0403_4B50 {
            let (size, nameLength) = (field(18, 4), field(26, 2))
            let start = offset + 30 + nameLength
            if text(Array(archive[offset + 30..<start])) == name {
                return Array(archive[start..<start + size])
            }
            offset = start + size
        }
        throw MissingMember(name: name)
    }

    private struct MissingMember: Error { let name: String }
}
