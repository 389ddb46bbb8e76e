import Distances
public import Hardware
import PersistentHomology
public import Vocabulary

/// The real computation: distances where points are given, then Vietoris–Rips homology.
public struct RipsComputation: Computation {
    /// The vector instructions in use, e.g. `avx512`.
    public static var instructionSet: String { PairwiseDistances.instructionSet }

    private let backends: Backends

    public init(backends: Backends = Backends()) { self.backends = backends }

    public func outlook(_ shape: InputShape, _ options: VietorisRipsOptions, threads: Int) -> Outlook {
        let input = Cost(seconds: 0, memory: shape.byteCount)
        switch shape.kind {
        case .points:
            let dense = denseCost(shape, options, threads)
            // Within a threshold there may be next to nothing.
            return Outlook(least: options.maxEdgeLength == nil ? dense : input, most: dense)
        case .distances:
            let dense = denseCost(shape, options, threads)
            return Outlook(least: options.maxEdgeLength == nil ? dense : input, most: dense)
        case .sparse(let edges):
            let sparse = sparseCost(shape, edges: edges, options, threads)
            return Outlook(least: options.maxEdgeLength == nil ? sparse : input, most: sparse)
        }
    }

    public func plan(
        _ input: ComputeInput, _ options: VietorisRipsOptions, threads: Int
    ) throws(Failure) -> Plan {
        let shape = input.shape
        switch input {
        case .points(let cloud): return try plan(cloud, options, threads)
        case .distances(let matrix):
            let edges = options.maxEdgeLength.map { matrix.sampledEdgeCount(within: $0) }
            return Plan(route: .dense, cost: denseCost(shape, edges: edges, options, threads))
        case .sparse(let graph):
            let edges = options.maxEdgeLength.map { graph.edgeCount(within: $0) } ?? graph.edgeCount
            return Plan(route: .sparse, cost: sparseCost(shape, edges: edges, options, threads))
        }
    }

    /// Points within a threshold go whichever way is quicker, or the smaller one where the other is
    /// much larger. The result is the same.
    private func plan(
        _ cloud: PointCloud, _ options: VietorisRipsOptions, _ threads: Int
    ) throws(Failure) -> Plan {
        let shape = ComputeInput.points(cloud).shape
        guard let threshold = options.maxEdgeLength, cloud.count > Self.fewPoints else {
            return Plan(route: .dense, cost: denseCost(shape, options, threads))
        }
        let edges: Int
        do throws(DistanceError) {
            edges = try PairwiseDistances.estimatedNeighbourCount(
                of: cloud, metric: options.metric, within: threshold)
        } catch {
            throw Failure(error, held: 0)
        }
        let dense = denseCost(shape, edges: edges, options, threads)
        let sparse = sparseCost(shape, edges: edges, options, threads)
        let isSparse =
            sparse.memory < dense.memory
            && (sparse.seconds <= dense.seconds
                || dense.memory > Self.largeMatrix && sparse.memory < dense.memory / 4)
        return isSparse ? Plan(route: .sparse, cost: sparse) : Plan(route: .dense, cost: dense)
    }

    /// Up to here the matrix is so small that there is nothing to choose.
    private static let fewPoints = 512

    /// From here on (bytes) a matrix has to be worth its memory.
    private static let largeMatrix = 256 << 20

    public func run(
        _ input: ComputeInput, _ options: VietorisRipsOptions, _ plan: Plan, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult {
        var context = context
        context.device = backends.edgePassDevice(pointCount: input.shape.count, threads: context.team.size)
        switch input {
        case .distances(let matrix): return try barcode(of: matrix, options, context)
        case .sparse(let graph): return try barcode(of: graph, options, context)
        case .points(let cloud):
            let start = ContinuousClock.now
            let distances = try distances(of: cloud, options, plan.route, context)
            let seconds = start.duration(to: .now).seconds
            var result =
                switch distances.found {
                case .dense(let matrix): try barcode(of: matrix, options, context)
                case .sparse(let graph): try barcode(of: graph, options, context)
                }
            result.statistics.phases.insert(.init(name: "distances", seconds: seconds), at: 0)
            result.statistics.computeSeconds += seconds
            result.statistics.backend = distances.backend
            return result
        }
    }

    private enum Distances {
        case dense(DistanceMatrix)
        case sparse(SparseGraph)
    }

    private func distances(
        of cloud: PointCloud, _ options: VietorisRipsOptions, _ route: Plan.Route, _ context: ComputeContext
    ) throws(Failure) -> (found: Distances, backend: String) {
        do throws(DistanceError) {
            if route == .sparse, let threshold = options.maxEdgeLength {
                let graph = try PairwiseDistances.neighbours(
                    of: cloud, metric: options.metric, precision: options.precision, within: threshold,
                    context: context)
                return (.sparse(graph), "cpu-\(PairwiseDistances.instructionSet)")
            }
            let dense = try PairwiseDistances.matrix(
                of: cloud, metric: options.metric, precision: options.precision,
                by: backends.method(for: cloud, options, threads: context.team.size), context: context)
            return (.dense(dense.matrix), dense.backend)
        } catch {
            throw Failure(error, held: context.memory.current)
        }
    }

    private func barcode(
        of matrix: DistanceMatrix, _ options: VietorisRipsOptions, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult {
        do throws(HomologyError) {
            return try VietorisRips.barcode(of: matrix, options: options, context: context)
        } catch {
            throw Failure(error, held: context.memory.current)
        }
    }

    private func barcode(
        of graph: SparseGraph, _ options: VietorisRipsOptions, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult {
        do throws(HomologyError) {
            return try VietorisRips.barcode(of: graph, options: options, context: context)
        } catch {
            throw Failure(error, held: context.memory.current)
        }
    }

    // MARK: what it takes

    /// Nobody has that much memory; beyond, sizes are not worth multiplying.
    private static let hopeless = Cost(seconds: .infinity, memory: 1 << 60)
    private static let hopelessCount = 1 << 26

    private func denseCost(
        _ shape: InputShape, edges: Int? = nil, _ options: VietorisRipsOptions, _ threads: Int
    ) -> Cost {
        guard shape.count < Self.hopelessCount else { return Self.hopeless }
        let homology = VietorisRips.estimate(
            count: shape.count, edgeCount: edges, isSparse: false, options: options, threads: threads)
        var memory = shape.byteCount + homology.memory
        if case .points = shape.kind {
            memory += shape.count * (shape.count - 1) / 2 * (options.precision == .float64 ? 8 : 4)
        }
        return Cost(seconds: homology.seconds, memory: memory)
    }

    private func sparseCost(
        _ shape: InputShape, edges: Int, _ options: VietorisRipsOptions, _ threads: Int
    ) -> Cost {
        let homology = VietorisRips.estimate(
            count: shape.count, edgeCount: edges, isSparse: true, options: options, threads: threads)
        var memory = shape.byteCount + homology.memory
        if case .points = shape.kind { memory += edges * (8 + (options.precision == .float64 ? 8 : 4)) }
        return Cost(seconds: homology.seconds, memory: memory)
    }
}

extension Failure {
    fileprivate init(_ error: DistanceError, held: Int) {
        switch error {
        case .invalidInput(let error): self.init(error)
        case .stopped(let reason): self.init(reason)
        case .memory(let exceeded): self.init(exceeded, held: held)
        }
    }

    fileprivate init(_ error: HomologyError, held: Int) {
        switch error {
        case .invalidInput(let error): self.init(error)
        case .stopped(let reason): self.init(reason)
        case .memory(let exceeded): self.init(exceeded, held: held)
        case .unsupported(let what): self.init(.unsupported, what)
        }
    }
}
