/// One bar: a homology class of `dimension` born at `birth` that dies at `death`, which is
/// `infinity` for an essential class. Never birth == death.
public struct PersistencePair: Sendable, Hashable {
    public let dimension: Int
    public let birth: Double
    public let death: Double

    public init(dimension: Int, birth: Double, death: Double) {
        self.dimension = dimension
        self.birth = birth
        self.death = death
    }

    public var persistence: Double { death - birth }
    public var isEssential: Bool { death == .infinity }
}

extension PersistencePair: Comparable {
    /// By dimension, then birth, then death.
    public static func < (a: Self, b: Self) -> Bool {
        if a.dimension != b.dimension { return a.dimension < b.dimension }
        if a.birth != b.birth { return a.birth < b.birth }
        return a.death < b.death
    }
}

/// The bars of a filtration in dimensions 0 to `maxDimension`, sorted.
public struct Barcode: Sendable, Hashable {
    public let maxDimension: Int
    public let pairs: [PersistencePair]
    /// One for each of `pairs` when they were asked for, else empty.
    public let representatives: [RepresentativeCocycle]
    /// One for each of `pairs` where there are representatives of a flag filtration, else empty.
    public let generators: [FlagGenerator]

    /// Sorts the pairs, and their representatives and generators with them.
    public init(
        maxDimension: Int, pairs: [PersistencePair], representatives: [RepresentativeCocycle] = [],
        generators: [FlagGenerator] = []
    ) {
        precondition(representatives.isEmpty || representatives.count == pairs.count)
        precondition(generators.isEmpty || generators.count == representatives.count)
        self.maxDimension = maxDimension
        if representatives.isEmpty {
            // In place where the caller has let them go: there may be millions.
            var sorted = consume pairs
            sorted.sort()
            self.pairs = sorted
            self.representatives = []
            self.generators = []
        } else {
            // Equal bars keep an order that depends on their cocycles alone, not on how they were found.
            let order = pairs.indices.sorted { a, b in
                if pairs[a] != pairs[b] { return pairs[a] < pairs[b] }
                return representatives[a].vertices.lexicographicallyPrecedes(representatives[b].vertices)
            }
            self.pairs = order.map { pairs[$0] }
            self.representatives = order.map { representatives[$0] }
            self.generators = generators.isEmpty ? [] : order.map { generators[$0] }
        }
    }

    /// The same with vertex v of representatives and generators called `numbers[v]`; these ascend, so that the
    /// vertices of a simplex stay in order.
    package func renumbered(_ numbers: [Int32]) -> Barcode {
        func renumbered(_ ends: FlagGenerator.Ends) -> FlagGenerator.Ends {
            FlagGenerator.Ends(numbers[Int(ends.larger)], numbers[Int(ends.smaller)])
        }
        return Barcode(
            maxDimension: maxDimension, pairs: pairs,
            representatives: representatives.map { cocycle in
                RepresentativeCocycle(
                    vertices: cocycle.vertices.map { numbers[Int($0)] }, coefficients: cocycle.coefficients)
            },
            generators: generators.map {
                FlagGenerator(birth: renumbered($0.birth), death: $0.death.map(renumbered))
            })
    }

    /// The number of essential classes in each dimension, 0 to `maxDimension`.
    public var bettiNumbers: [Int] {
        var betti = [Int](repeating: 0, count: maxDimension + 1)
        for pair in pairs where pair.isEssential { betti[pair.dimension] += 1 }
        return betti
    }
}

/// A cocycle that represents a bar: a sum of simplices with coefficients.
public struct RepresentativeCocycle: Sendable, Hashable {
    /// The vertices of each simplex in decreasing order, `dimension + 1` for each, end to end.
    public let vertices: [Int32]
    /// One for each simplex, 1 to p − 1.
    public let coefficients: [UInt16]

    public init(vertices: [Int32], coefficients: [UInt16]) {
        self.vertices = vertices
        self.coefficients = coefficients
    }
}
