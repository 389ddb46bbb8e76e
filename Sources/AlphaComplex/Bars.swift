import Delaunay
import Hardware
import Vocabulary
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Gathers bars from squared radii in the scale of the sites, up to a threshold.
struct Bars {
    private(set) var pairs: [PersistencePair] = []
    /// One for each of the pairs where cycles are asked for, else empty.
    private(set) var cycles: [RepresentativeCocycle] = []
    let scale: RadiusScale
    private var reserved: Reservation?

    init(scale: RadiusScale) { self.scale = scale }

    /// Makes room for so many bars in all, counted as long as this is there.
    mutating func reserve(_ count: Int, _ account: MemoryAccount) throws(DelaunayError) {
        reserved = try Reservation(count * MemoryLayout<PersistencePair>.stride, account)
        pairs.reserveCapacity(count)
        pairs.withUnsafeMutableBufferPointer {
            if let start = $0.baseAddress { LargeBlocks.preferHugePages(start, count: count) }
        }
    }

    /// Bytes of an account, given back with their last owner.
    private final class Reservation: Sendable {
        private let bytes: Int
        private let account: MemoryAccount

        init(_ bytes: Int, _ account: MemoryAccount) throws(DelaunayError) {
            do { try account.reserve(bytes) } catch { throw .memory(error) }
            self.bytes = bytes
            self.account = account
        }

        deinit { account.release(bytes) }
    }

    /// A class of points' components that ends at `square`.
    /// - Returns: whether it ends by the threshold.
    @discardableResult
    mutating func addComponent(until square: Double) -> Bool {
        let death = scale.radius(square)
        if death > scale.threshold { return false }
        pairs.append(PersistencePair(dimension: 0, birth: 0, death: death))
        return true
    }

    /// - Returns: whether it begins by the threshold.
    @discardableResult
    mutating func addEssential(dimension: Int, birth square: Double) -> Bool {
        let birth = scale.radius(square)
        if birth > scale.threshold { return false }
        pairs.append(PersistencePair(dimension: dimension, birth: birth, death: .infinity))
        return true
    }

    /// Hands them out.
    consuming func take() -> (pairs: [PersistencePair], cycles: [RepresentativeCocycle]) { (pairs, cycles) }

    /// The cycle of the bar that was added last.
    mutating func represent(by cycle: RepresentativeCocycle) { cycles.append(cycle) }

    /// A bar between two simplices. Where it may be empty the exact values decide.
    /// - Returns: whether there is one.
    @discardableResult
    mutating func add(
        dimension: Int, birth: Double, death: Double, exactBirth: () -> Double, exactDeath: () -> Double
    ) -> Bool {
        var (birth, death) = (birth, death)
        if death - birth <= Closeness.short * death { (birth, death) = (exactBirth(), exactDeath()) }
        let (from, until) = (scale.radius(birth), scale.radius(death))
        if from >= until || from > scale.threshold { return false }
        let end = until > scale.threshold ? .infinity : until
        pairs.append(PersistencePair(dimension: dimension, birth: from, death: end))
        return true
    }
}

/// From squares in the scale of the sites to radii as they were asked for.
struct RadiusScale: Sendable {
    let threshold: Double
    /// Together they take a length in the scale of the sites to one in that of the input; one alone may
    /// not be a normal number.
    private let factors: (Double, Double)

    /// - Parameter exponent: the sites are 2^exponent times the input.
    init(exponent: Int, threshold: Double) {
        self.threshold = threshold
        factors = (scalbn(1, Int32(-exponent / 2)), scalbn(1, Int32(-exponent + exponent / 2)))
    }

    @inline(__always)
    func radius(_ square: Double) -> Double { square.squareRoot() * factors.0 * factors.1 }

    /// Whether a simplex is there at the threshold; `exact` decides where it is close.
    func contains(_ square: Double, exact: () -> Double) -> Bool {
        if threshold == .infinity { return true }
        let radius = radius(square)
        if (radius - threshold).magnitude > Closeness.short * radius { return radius < threshold }
        return self.radius(exact()) <= threshold
    }
}
