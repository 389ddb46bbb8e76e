import SeededRandom
public import Vocabulary

/// One input of a comparison between engine and oracle: small, printable, and easy to cut down.
public struct RipsCase: Sendable, Hashable {
    public enum Form: String, Sendable, CaseIterable { case dense, sparse }

    /// Where it comes from.
    public var family: String
    public var seed: UInt64

    public var count: Int
    /// The strict lower triangle by rows; infinity where two vertices are never joined.
    public var lengths: [Double]
    public var births: [Double]?
    public var form: Form
    /// Lengths, births and threshold are representable in it.
    public var precision: Precision
    public var threshold: Double?
    public var maxDimension: Int
    public var modulus: Int

    public init(
        family: String, seed: UInt64 = 0, count: Int, lengths: [Double], births: [Double]? = nil,
        form: Form = .dense, precision: Precision = .float32, threshold: Double? = nil, maxDimension: Int = 1,
        modulus: Int = 2
    ) {
        self.family = family
        self.seed = seed
        self.count = count
        self.lengths = lengths
        self.births = births
        self.form = form
        self.precision = precision
        self.threshold = threshold
        self.maxDimension = maxDimension
        self.modulus = modulus
    }

    public subscript(a: Int, b: Int) -> Double {
        get { lengths[Self.index(a, b)] }
        set { lengths[Self.index(a, b)] = newValue }
    }

    private static func index(_ a: Int, _ b: Int) -> Int {
        let (row, column) = (max(a, b), min(a, b))
        return row * (row - 1) / 2 + column
    }
}

// MARK: What the engine and the oracle are given

extension RipsCase {
    public func options(representatives: Bool = false) throws -> VietorisRipsOptions {
        try VietorisRipsOptions(
            maxDimension: maxDimension, maxEdgeLength: threshold, field: CoefficientField(modulus: modulus),
            precision: precision, representatives: representatives)
    }

    public func matrix() throws -> DistanceMatrix {
        try DistanceMatrix(
            count: count, lowerTriangle: scalars(lengths), vertexBirths: births.map(scalars))
    }

    /// The edges come in an order, and with ends in an order, that depend on the seed.
    public func graph() throws -> SparseGraph {
        try graph(among: count)
    }

    /// The same graph scattered among `total` vertices: the others, born at 0, are joined to nothing.
    public func graph(among total: Int) throws -> SparseGraph {
        var random = SplitMix64(seed: seed)
        let places = total == count ? Array(0..<count) : places(among: total, from: &random)
        var edges: [(Int, Int)] = []
        for a in 0..<count {
            for b in 0..<a where self[a, b] < .infinity { edges.append(random.chance(0.5) ? (a, b) : (b, a)) }
        }
        edges.shuffle(using: &random)
        return try SparseGraph(
            count: total, ends: edges.flatMap { [Int32(places[$0.0]), Int32(places[$0.1])] },
            lengths: scalars(edges.map { self[$0.0, $0.1] }),
            vertexBirths: births.map { births in
                var all = [Double](repeating: 0, count: total)
                for (vertex, place) in places.enumerated() { all[place] = births[vertex] }
                return scalars(all)
            })
    }

    /// Different numbers below `total`, one for each vertex.
    private func places(among total: Int, from random: inout SplitMix64) -> [Int] {
        var places: Set<Int> = []
        while places.count < count { places.insert(random.integer(0...total - 1)) }
        return places.sorted().shuffled(using: &random)
    }

    private func scalars(_ values: [Double]) -> Scalars { Scalars.float64(values).converted(to: precision) }

    public func oracleBarcode() throws -> Barcode {
        switch form {
        case .dense: try Oracle.barcode(of: matrix(), options: options())
        case .sparse: try Oracle.barcode(of: graph(), options: options())
        }
    }
}

// MARK: The same input in another guise, with the same barcode

extension RipsCase {
    /// The vertices renumbered at random.
    public func renumbered(seed: UInt64) -> RipsCase {
        var random = SplitMix64(seed: seed)
        return keeping(Array(0..<count).shuffled(using: &random))
    }

    public func inForm(_ form: Form) -> RipsCase {
        var other = self
        other.form = form
        return other
    }

    public func inPrecision(_ precision: Precision) -> RipsCase {
        var other = self
        other.precision = precision
        return other
    }
}

// MARK: Cutting down a failing input

extension RipsCase {
    /// The input on `vertices` alone, numbered as they stand there.
    public func keeping(_ vertices: [Int]) -> RipsCase {
        var smaller = self
        smaller.count = vertices.count
        smaller.births = births.map { births in vertices.map { births[$0] } }
        smaller.lengths = vertices.indices.flatMap { row in
            vertices[..<row].map { self[vertices[row], $0] }
        }
        return smaller
    }

    /// The smallest input found by dropping vertices, edges and demands while `fails` still holds.
    public func shrunk(while fails: (RipsCase) -> Bool) -> RipsCase {
        var best = self
        var improved = true
        while improved {
            improved = false
            for candidate in best.simpler() where fails(candidate) {
                best = candidate
                improved = true
                break
            }
        }
        return best
    }

    /// Inputs one step simpler, the boldest steps first.
    private func simpler() -> some Sequence<RipsCase> {
        var steps: [(RipsCase) -> RipsCase?] = []
        func change(_ edit: @escaping (inout RipsCase) -> Void) {
            steps.append { original in
                var edited = original
                edit(&edited)
                return edited == original ? nil : edited
            }
        }
        for vertex in 0..<(count > 1 ? count : 0) {
            steps.append { $0.keeping((0..<count).filter { $0 != vertex }) }
        }
        if maxDimension > 0 { change { $0.maxDimension -= 1 } }
        change { $0.births = nil }
        change { $0.modulus = 2 }
        change { $0.modulus = min($0.modulus, 3) }
        change { $0.threshold = nil }
        change { $0.precision = .float64 }
        change { $0.lengths = $0.lengthsByRank() }
        if form == .sparse {
            for edge in lengths.indices { change { $0.lengths[edge] = .infinity } }
        }
        return steps.lazy.compactMap { [self] in $0(self) }
    }

    /// 1, 2, 3, … in place of the different finite lengths; births and a threshold would lose their place.
    private func lengthsByRank() -> [Double] {
        guard births == nil, threshold == nil else { return lengths }
        let ranks = Dictionary(
            uniqueKeysWithValues: Set(lengths).sorted().enumerated().map { ($1, Double($0 + 1)) })
        return lengths.map { $0 < .infinity ? ranks[$0]! : $0 }
    }
}
