internal import Glibc
import Hardware
import Vocabulary

/// How far columns are reduced, from two small parts of the same input that are computed to the end. Where most blocks
/// are open, as with random distances, columns are added to ever more others as points become more, and no look at
/// single blocks shows that: terms go by up to the square of the points, additions by more.
package struct ColumnGrowth: Sendable, Hashable {
    /// Terms that a reduced column has.
    package let terms: Double
    /// Simplices whose cofacets are looked for, for each column.
    package let emissions: Double

    /// Looks at two parts of `source`, the larger of `part` points; nil where they are too small to tell anything.
    ///
    /// - Parameter draw: a number below the given one.
    init?(
        _ source: some LengthSource, part: Int, threshold: Double?, dimension: Int, draw: (Int) -> Int
    ) throws(Failure) {
        var points = Array(0..<source.count)
        for place in 0..<part { points.swapAt(place, place + draw(points.count - place)) }
        let smaller = part * 2 / 3
        guard
            let few = Self.effort(
                try source.matrix(of: points[..<smaller].sorted()), threshold, dimension),
            let more = Self.effort(try source.matrix(of: points[..<part].sorted()), threshold, dimension)
        else { return nil }
        let whole = Double(source.count) / Double(part)
        terms = more.perColumn(more.terms) * whole * whole
        // Steeper the more points there are: what two small parts differ by is not enough.
        let ratio = more.perColumn(more.emissions) / max(few.perColumn(few.emissions), 1)
        let exponent = 2 + log(max(ratio, 1)) / log(Double(part) / Double(smaller))
        emissions = more.perColumn(more.emissions) * pow(whole, min(exponent, Self.steepest))
    }

    private static let steepest = 5.0

    /// What the columns of a part take; nil without any.
    private static func effort(
        _ matrix: DistanceMatrix, _ threshold: Double?, _ dimension: Int
    ) -> ReductionEffort? {
        let effort = ReductionEffort()
        let memory = MemoryAccount(budget: MemoryBudget(limit: mostMemory))
        do {
            let options = try VietorisRipsOptions(maxDimension: dimension, maxEdgeLength: threshold)
            _ = try VietorisRips.barcode(
                of: matrix, options: options, context: ComputeContext(memory: memory), way: .cohomology,
                effort: effort)
        } catch {
            // What has been seen until memory ran out is enough.
        }
        return effort.columns > 0 ? effort : nil
    }

    /// Parts that take more are not looked at to the end.
    private static let mostMemory = 32 << 20
}
