import Vocabulary
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Gathers bars from squared radii in the scale of the sites, up to a threshold.
struct Bars {
    private(set) var pairs: [PersistencePair] = []
    let scale: RadiusScale

    init(scale: RadiusScale) { self.scale = scale }

    /// A class of points' components that ends at `square`.
    mutating func addComponent(until square: Double) {
        let death = scale.radius(square)
        if death > scale.threshold { return }
        pairs.append(PersistencePair(dimension: 0, birth: 0, death: death))
    }

    mutating func addEssential(dimension: Int, birth square: Double) {
        let birth = scale.radius(square)
        if birth > scale.threshold { return }
        pairs.append(PersistencePair(dimension: dimension, birth: birth, death: .infinity))
    }

    /// A bar between two simplices. Where it may be empty the exact values decide.
    mutating func add(
        dimension: Int, birth: Double, death: Double, exactBirth: () -> Double, exactDeath: () -> Double
    ) {
        var (birth, death) = (birth, death)
        if death - birth <= Closeness.short * death { (birth, death) = (exactBirth(), exactDeath()) }
        let (from, until) = (scale.radius(birth), scale.radius(death))
        if from >= until || from > scale.threshold { return }
        let end = until > scale.threshold ? .infinity : until
        pairs.append(PersistencePair(dimension: dimension, birth: from, death: end))
    }

    mutating func append(contentsOf other: Bars) { pairs += other.pairs }
}

/// From squares in the scale of the sites to radii as they were asked for.
struct RadiusScale: Sendable {
    /// The sites are 2^exponent times the input.
    let exponent: Int
    let threshold: Double

    func radius(_ square: Double) -> Double { scalbn(square.squareRoot(), Int32(-exponent)) }

    /// Whether a simplex is there at the threshold; `exact` decides where it is close.
    func contains(_ square: Double, exact: () -> Double) -> Bool {
        if threshold == .infinity { return true }
        let radius = radius(square)
        if (radius - threshold).magnitude > Closeness.short * radius { return radius < threshold }
        return self.radius(exact()) <= threshold
    }
}
