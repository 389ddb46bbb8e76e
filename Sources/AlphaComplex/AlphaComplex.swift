public import Delaunay
public import Hardware
public import Vocabulary

/// Persistent homology of the alpha filtration of points in the plane or in space.
///
/// Exact: every decision about the combinatorics is that of real arithmetic, whatever the points;
/// docs/alpha.md tells how, with proofs.
public enum AlphaComplex {
    /// The barcode of `cloud`'s alpha filtration. Births and deaths are radii.
    ///
    /// Blocks the calling thread, which is worker 0 of `context.team`. The result depends on the
    /// points and the options alone, not on the team nor on the order of the points.
    public static func barcode(
        of cloud: PointCloud, options: AlphaComplexOptions, context: ComputeContext
    ) throws(DelaunayError) -> ComputeResult {
        var clock = PhaseClock()
        let maxDimension = options.maxDimension ?? cloud.dimension - 1
        let (bars, shape) = try barsAndShape(of: cloud, options, maxDimension, &clock, context)
        var statistics = ComputeStatistics()
        statistics.pointCount = cloud.count
        statistics.edgeCount = shape.edges
        statistics.threadCount = context.team.size
        statistics.threshold = options.maxAlphaValue
        let barcode = barcode(of: bars, maxDimension)
        clock.end("barcode")
        statistics.computeSeconds = clock.totalSeconds
        statistics.peakMemory = context.memory.peak
        statistics.phases = clock.phases
        context.progress.advance(to: 1)
        return ComputeResult(barcode: barcode, statistics: statistics, alphaShape: shape)
    }

    /// Everything but the bars' order; what it needs for that is gone afterwards.
    private static func barsAndShape(
        of cloud: PointCloud, _ options: AlphaComplexOptions, _ maxDimension: Int,
        _ clock: inout PhaseClock, _ context: ComputeContext
    ) throws(DelaunayError) -> (Bars, AlphaShape) {
        context.progress.enter("order", at: 0)
        let sites = try Sites(cloud, context: context)
        clock.end("order")
        context.progress.enter("delaunay", at: 0.05)
        let end = sites.dimension == 2 ? 0.6 : 0.5
        var triangulation = try Triangulation.make(of: sites, progress: 0.05...end, context: context)
        clock.end("delaunay")

        let scale = RadiusScale(exponent: sites.exponent, threshold: options.maxAlphaValue)
        let writer =
            options.representatives
            ? CycleWriter(
                names: VertexNames(sites, distinct: triangulation.vertexCount),
                field: PrimeField(options.field), account: context.memory) : nil
        let plane = PlanePersistence(
            maxDimension: maxDimension, scale: scale, writer: writer, context: context)
        var (bars, shape): (Bars, AlphaShape)
        switch triangulation.mesh.dimension {
        case 3:
            let space = SpacePersistence(
                options: options, maxDimension: maxDimension, scale: scale, writer: writer,
                context: context)
            (bars, shape) = try space.run(&triangulation, sites, &clock)
        case 2 where sites.dimension == 2:
            (bars, shape) = try plane.run(triangulation, PlaneRadii(sites), &clock)
        case 2:
            (bars, shape) = try plane.run(triangulation, SpaceRadii(sites), &clock)
        default:
            let line = LinePersistence(scale: scale, writer: writer, context: context)
            (bars, shape) = try line.run(triangulation, sites)
        }
        if options.maxAlphaValue == .infinity { shape = wholeShape(triangulation) }
        return (bars, shape)
    }

    /// A function of its own, so that it alone holds the bars and they are sorted where they stand.
    private static func barcode(of bars: consuming Bars, _ maxDimension: Int) -> Barcode {
        let (pairs, cycles) = bars.take()
        return Barcode(maxDimension: maxDimension, pairs: pairs, representatives: cycles)
    }

    /// What `barcode` is expected to take for `count` points: seconds, and bytes at the peak.
    ///
    /// For points without structure; points in special position may take several times as long, and
    /// in space, where a few points see very many others, more memory.
    public static func estimate(
        count: Int, dimension: Int, threads: Int
    ) -> (seconds: Double, memory: Int) {
        let n = Double(count)
        let steps = n * max(1, (n / 1e5).squareRoot().squareRoot())
        if dimension == 2 { return (1e-4 + 5e-7 * steps, 250 * count + (1 << 20)) }
        return (1e-4 + 6e-6 * steps, 1000 * count + (2 << 20))
    }

    /// All simplices of a triangulation, by Euler's formula.
    private static func wholeShape(_ triangulation: borrowing Triangulation) -> AlphaShape {
        let (dimension, slotCount) = (triangulation.mesh.dimension, triangulation.mesh.slotCount)
        let (base, infinite) = (triangulation.mesh.corners.base, triangulation.mesh.infinite)
        let vertices = triangulation.vertexCount
        if dimension < 2 {
            return AlphaShape(vertices: vertices, edges: vertices - 1, triangles: 0, tetrahedra: 0)
        }
        var (cells, hullFacets) = (0, 0)
        for slot in 0..<slotCount {
            let corners = base + 4 * slot
            if corners[0] < 0 { continue }
            var isInfinite = false
            for corner in 0...dimension where corners[corner] == infinite { isInfinite = true }
            if isInfinite { hullFacets += 1 } else { cells += 1 }
        }
        if dimension == 2 {
            return AlphaShape(
                vertices: vertices, edges: (3 * cells + hullFacets) / 2, triangles: cells, tetrahedra: 0)
        }
        let triangles = (4 * cells + hullFacets) / 2
        return AlphaShape(
            vertices: vertices, edges: vertices + triangles - cells - 1, triangles: triangles,
            tetrahedra: cells)
    }
}
