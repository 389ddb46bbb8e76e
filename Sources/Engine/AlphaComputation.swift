import AlphaComplex
import Delaunay
public import Hardware
public import Vocabulary

/// Alpha complexes of points in the plane and in space.
public struct AlphaComputation: Sendable {
    public init() {}

    /// - Throws: `invalid_argument` for anything but points of two or three coordinates, `unsupported` for
    ///   weighted ones and for more points than it takes.
    public func outlook(_ shape: InputShape, threads: Int) throws(Failure) -> Outlook {
        let cost = try cost(shape, threads)
        return Outlook(least: cost, most: cost)
    }

    /// - Throws: as `outlook`.
    public func plan(_ input: ComputeInput, threads: Int) throws(Failure) -> Plan {
        Plan(route: .triangulation, cost: try cost(input.shape, threads))
    }

    /// - Throws: as `outlook`; `invalid_argument` for coordinates whose scales lie too far apart.
    public func run(
        _ input: ComputeInput, _ options: AlphaComplexOptions, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult {
        guard case .points(let cloud) = input else { throw .noPoints }
        do throws(DelaunayError) {
            return try AlphaComplex.barcode(of: cloud, options: options, context: context)
        } catch {
            throw Failure(error, held: context.memory.current)
        }
    }

    private func cost(_ shape: InputShape, _ threads: Int) throws(Failure) -> Cost {
        guard case .points(let dimension) = shape.kind else { throw .noPoints }
        guard !shape.hasWeights else { throw .weighted }
        guard dimension == 2 || dimension == 3 else { throw .noAlphaComplex(dimension: dimension) }
        let expected = AlphaComplex.estimate(count: shape.count, dimension: dimension, threads: threads)
        let alone = AlphaComplex.estimate(count: shape.count, dimension: dimension, threads: 1)
        return Cost(
            seconds: expected.seconds, secondsOnOneThread: alone.seconds,
            memory: shape.byteCount + expected.memory)
    }
}

extension Failure {
    fileprivate static let noPoints = Failure(
        .invalidArgument,
        "an alpha complex is made of points; of distances and graphs make a Vietoris–Rips complex instead")

    fileprivate static let weighted = Failure(
        .unsupported, "weighted points have no alpha complex here; make a Vietoris–Rips complex instead")

    fileprivate static func noAlphaComplex(dimension: Int) -> Failure {
        Failure(
            .invalidArgument,
            "alpha complexes are made of points of 2 or 3 coordinates, these have \(dimension); "
                + "make a Vietoris–Rips complex of them instead",
            details: ["dimension": "\(dimension)"])
    }

    fileprivate init(_ error: DelaunayError, held: Int) {
        switch error {
        case .dimension(let dimension): self = .noAlphaComplex(dimension: dimension)
        case .scalesTooFarApart(let point, let smallest, let largest):
            self.init(
                .invalidArgument,
                "points[\(point)] has the coordinate \(smallest), another is \(largest): scales so far "
                    + "apart cannot be compared exactly; set such small numbers to 0")
        case .tooManyPoints(let count, let limit):
            self.init(
                .unsupported, "\(count) points, an alpha complex takes at most \(limit)",
                details: ["limit": "\(limit)"])
        case .stopped(let reason): self.init(reason)
        case .memory(let exceeded): self.init(exceeded, held: held)
        }
    }
}
