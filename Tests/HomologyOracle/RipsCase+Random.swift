import SeededRandom
internal import Vocabulary

/// How large a random case may become.
public struct CaseLimits: Sendable, Hashable {
    public var maxPoints: Int
    public var maxDimension: Int
    /// Where set: up to so many vertices whatever the dimension, too many for the oracle.
    public var engineOnly: Int?

    public init(maxPoints: Int = 24, maxDimension: Int = 4) {
        self.maxPoints = maxPoints
        self.maxDimension = maxDimension
    }

    /// Vertices that the oracle gets through in a moment when it has to go to `dimension`.
    func points(for dimension: Int) -> Int {
        engineOnly ?? min(maxPoints, [100, 48, 30, 20, 15, 13][min(dimension, 5)])
    }
}

extension RipsCase {
    /// The case of `seed`: any family, any demands.
    public static func random(seed: UInt64, limits: CaseLimits = CaseLimits()) -> RipsCase {
        var random = SplitMix64(seed: seed ^ 0x5EED)
        return Self.random(random.pick(InputFamily.allCases), seed: seed, limits: limits)
    }

    /// The case of `family` and `seed`, with any demands: dimension, field, precision, threshold,
    /// vertex births, form. The same on every machine.
    public static func random(
        _ family: InputFamily, seed: UInt64, limits: CaseLimits = CaseLimits()
    ) -> RipsCase {
        var random = SplitMix64(seed: seed)
        let dimension = random.integer(0...limits.maxDimension)
        let most = limits.points(for: dimension)
        let count = random.chance(0.1) ? random.integer(1...min(3, most)) : random.integer(1...most)
        let lengths = family.lengths(count: count, from: &random)
        var made = RipsCase(
            family: family.rawValue, seed: seed, count: Self.count(ofTriangle: lengths), lengths: lengths,
            form: random.chance(0.6) && family != .sparse ? .dense : .sparse,
            precision: random.pick([.float32, .float64]),
            maxDimension: family == .surface ? min(dimension, 2) : dimension,
            modulus: random.pick([2, 2, 2, 3, 3, 5, 11, 32_749]))
        if random.chance(0.2) { made.addBirths(from: &random) }
        if made.precision == .float32 { made.roundToFloat() }
        made.threshold = made.anyThreshold(from: &random)
        return made
    }

    /// `count` vertices of `family`, dense, with nothing else left to chance.
    public init(
        _ family: InputFamily, count: Int, seed: UInt64, maxDimension: Int, threshold: Double? = nil
    ) {
        var random = SplitMix64(seed: seed)
        let lengths = family.lengths(count: count, from: &random)
        self.init(
            family: family.rawValue, seed: seed, count: Self.count(ofTriangle: lengths), lengths: lengths,
            precision: .float64, threshold: threshold, maxDimension: maxDimension)
    }

    private static func count(ofTriangle lengths: [Double]) -> Int {
        var count = 1
        while count * (count - 1) / 2 < lengths.count { count += 1 }
        return count
    }

    /// Vertices that appear late, some of them before 0, and edges that wait for them.
    private mutating func addBirths(from random: inout SplitMix64) {
        let longest = lengths.filter(\.isFinite).max() ?? 1
        let places = random.pick([[0.0, 0.25, 0.5], [-1, 0, 0.5, 1], [0.1]])
        let births = (0..<count).map { _ in
            longest * (random.chance(0.5) ? random.pick(places) : 0.5 * random.unit())
        }
        self.births = births
        for row in 0..<count {
            for column in 0..<row { self[row, column] = max(self[row, column], births[row], births[column]) }
        }
    }

    private mutating func roundToFloat() {
        lengths = lengths.map { Double(Float($0)) }
        births = births.map { $0.map { Double(Float($0)) } }
    }

    /// None, at an edge, between two, below all, above all, at zero, at infinity.
    private func anyThreshold(from random: inout SplitMix64) -> Double? {
        let edges = lengths.filter(\.isFinite).sorted()
        guard let shortest = edges.first, let longest = edges.last, random.chance(0.6) else { return nil }
        let edge = random.pick(edges)
        let threshold = random.pick([
            edge, edge, random.pick(edges), (edge + random.pick(edges)) / 2, edge.nextDown, shortest / 2,
            longest * 2, 0, .infinity,
        ])
        guard threshold >= 0 else { return 0 }
        return precision == .float32 ? Double(Float(threshold)) : threshold
    }
}
