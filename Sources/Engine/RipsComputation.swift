import Distances
public import Hardware
import PersistentHomology
public import Vocabulary

/// Vietoris–Rips complexes: distances where points are given, then homology.
public struct RipsComputation: Sendable {
    /// The vector instructions in use, e.g. `avx512`.
    public static var instructionSet: String { PairwiseDistances.instructionSet }

    private let backends: Backends

    public init(backends: Backends = Backends()) { self.backends = backends }

    public func outlook(_ shape: InputShape, _ options: VietorisRipsOptions, threads: Int) -> Outlook {
        let input = Cost(seconds: 0, memory: shape.byteCount)
        let known: Cost
        let higher: Double
        switch shape.kind {
        case .points, .distances:
            known = denseCost(shape, options, threads)
            let count = min(shape.count, options.subsample ?? shape.count, Self.hopelessCount)
            higher = Self.higherSeconds(count, edges: count * (count - 1) / 2, options)
        case .sparse(let edges):
            known = sparseCost(shape, edges: edges, options, threads)
            higher = Self.higherSeconds(shape.count, edges: edges, options)
        }
        var most = known
        most.seconds += higher
        most.secondsOnOneThread += higher
        // Within a threshold there may be next to nothing.
        return Outlook(least: options.maxEdgeLength == nil ? known : input, most: most)
    }

    /// What is worth a plan: the dimensions from 2 on take next to nothing, or more than all the rest.
    private static func higherSeconds(_ count: Int, edges: Int, _ options: VietorisRipsOptions) -> Double {
        guard count < hopelessCount else { return .infinity }
        return VietorisRips.secondsAtMost(count: count, edges: edges, maxDimension: options.maxDimension)
    }

    public func plan(
        _ input: ComputeInput, _ options: VietorisRipsOptions, threads: Int
    ) throws(Failure) -> Plan {
        let shape = input.shape
        try SelectedInput.check(shape, options)
        switch input {
        case .points(let cloud): return try plan(cloud, options, threads)
        case .distances(let matrix):
            let edges = options.maxEdgeLength.map { matrix.sampledEdgeCount(within: $0) }
            let foreseen = try foresight(GivenLengths(matrix), options)
            return Plan(
                route: .dense, cost: denseCost(shape, edges: edges, options, threads, foreseen: foreseen))
        case .sparse(let graph):
            let edges = options.maxEdgeLength.map { graph.edgeCount(within: $0) } ?? graph.edgeCount
            var foreseen = Foresight()
            if options.maxDimension >= 1, let source = GivenEdgeLengths(graph) {
                foreseen = try foresight(source, options, longest: .greatestFiniteMagnitude)
            }
            return Plan(
                route: .sparse, cost: sparseCost(shape, edges: edges, options, threads, foreseen: foreseen))
        }
    }

    /// Points within a threshold go whichever way is quicker; the one that takes a quarter of the memory even
    /// where it is somewhat slower, or where the other's matrix is very large. The result is the same.
    private func plan(
        _ cloud: PointCloud, _ options: VietorisRipsOptions, _ threads: Int
    ) throws(Failure) -> Plan {
        let shape = ComputeInput.points(cloud).shape
        var foreseen = Foresight()
        if options.maxDimension >= 2 {
            foreseen = try foresight(
                try PointSource(cloud, metric: options.metric), options, looksForBirths: false)
        }
        let keepsMatrix = !Self.fillsSquare(
            options, backends.method(for: cloud, options, threads: threads))
        guard let threshold = options.maxEdgeLength, cloud.count > Self.fewPoints else {
            return Plan(
                route: .dense,
                cost: denseCost(shape, options, threads, foreseen: foreseen, keepsMatrix: keepsMatrix))
        }
        let edges: Int
        do throws(DistanceError) {
            edges = try PairwiseDistances.estimatedNeighbourCount(
                of: cloud, metric: options.metric, within: threshold)
        } catch {
            throw Failure(error, held: 0)
        }
        let dense = denseCost(
            shape, edges: edges, options, threads, foreseen: foreseen, keepsMatrix: keepsMatrix)
        let sparse = sparseCost(shape, edges: edges, options, threads, foreseen: foreseen)
        let isSparse =
            sparse.memory < dense.memory
            && (sparse.seconds <= dense.seconds
                || sparse.memory < dense.memory / 4
                    && (sparse.seconds <= 1.5 * dense.seconds || dense.memory > Self.largeMatrix))
        return isSparse ? Plan(route: .sparse, cost: sparse) : Plan(route: .dense, cost: dense)
    }

    /// What a look at the input says of dimension 1, and of those from 2 on; nil what there was no need to look at.
    private struct Foresight {
        var births: BirthForecast?
        var columns: ColumnForecast?
    }

    /// Weights change the lengths, but not by much what is near what.
    ///
    /// - Parameters:
    ///   - longest: the threshold where none is given; nil for the enclosing radius.
    ///   - looksForBirths: whether there may be more of dimension 1 than between points of a space.
    private func foresight(
        _ source: some LengthSource, _ options: VietorisRipsOptions, longest: Double? = nil,
        looksForBirths: Bool = true
    ) throws(Failure) -> Foresight {
        if let some = options.subsample, some < source.count {
            var options = options
            options.subsample = nil
            return try foresight(
                SomeLengths(source, count: some), options, longest: longest, looksForBirths: looksForBirths)
        }
        let threshold = options.maxEdgeLength ?? longest
        var foresight = Foresight()
        if options.maxDimension >= 1, looksForBirths, source.count > Self.fewForCycles {
            foresight.births = try BirthForecast(source, threshold: threshold)
        }
        if options.maxDimension >= 2 {
            foresight.columns = try ColumnForecast(
                source, threshold: threshold, dimension: options.maxDimension)
        }
        return foresight
    }

    /// Up to here (points) dimension 1 takes next to nothing, whatever the distances.
    private static let fewForCycles = 80

    /// Up to here the matrix is so small that there is nothing to choose.
    private static let fewPoints = 512

    /// From here on (bytes) a matrix has to be worth its memory.
    private static let largeMatrix = 256 << 20

    public func run(
        _ input: ComputeInput, _ options: VietorisRipsOptions, _ plan: Plan, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult {
        var context = context
        context.device = backends.edgePassDevice(pointCount: input.shape.count, threads: context.team.size)
        var clock = PhaseClock()
        let selected = try SelectedInput(input, options, context, &clock)
        var result: ComputeResult
        switch selected.selection {
        case .distances(let matrix):
            result = try barcode(of: matrix, selected.weights, options, context, &clock)
        case .sparse(let graph): result = try barcode(of: graph, selected.weights, options, context, &clock)
        case .points(let cloud):
            let distances = try distances(of: cloud, options, plan.route, context)
            clock.end("distances")
            result =
                switch distances.found {
                case .square(let square, let labels):
                    try barcode(of: square, labels: labels, options, context)
                case .dense(let matrix, let labels):
                    try barcode(of: matrix, labels: labels, selected.weights, options, context, &clock)
                case .sparse(let near) where selected.weights == nil:
                    try barcode(of: near.graph, labels: near.labels, nil, options, context, &clock)
                case .sparse(let near):
                    // Weights go by the points' own numbers.
                    try barcode(of: near.byPoint, selected.weights, options, context, &clock)
                }
            result.statistics.backend = distances.backend
        }
        result.statistics.phases = clock.phases + result.statistics.phases
        result.statistics.computeSeconds += clock.phases.reduce(0) { $0 + $1.seconds }
        return selected.naming(result)
    }

    private enum Distances {
        /// Where ranks are to stand, so that no matrix is kept beside them.
        case square(DistanceSquare, labels: [Int32]?)
        case dense(DistanceMatrix, labels: [Int32]?)
        case sparse(NeighbourGraph)
    }

    private func distances(
        of cloud: PointCloud, _ options: VietorisRipsOptions, _ route: Plan.Route, _ context: ComputeContext
    ) throws(Failure) -> (found: Distances, backend: String) {
        let method = backends.method(for: cloud, options, threads: context.team.size)
        if route == .dense, Self.fillsSquare(options, method) {
            return try square(of: cloud, options, method, context)
        }
        do throws(DistanceError) {
            if route == .sparse, let threshold = options.maxEdgeLength {
                let near = try PairwiseDistances.neighbours(
                    of: cloud, metric: options.metric, precision: options.precision, within: threshold,
                    context: context)
                return (.sparse(near), "cpu-\(PairwiseDistances.instructionSet)")
            }
            if options.weighting != nil || options.representatives {
                // Weights go by the points' own numbers, and so does the choice among cocycles.
                let dense = try PairwiseDistances.matrix(
                    of: cloud, metric: options.metric, precision: options.precision, by: method,
                    context: context)
                return (.dense(dense.matrix, labels: nil), dense.backend)
            }
            let dense = try PairwiseDistances.numberedMatrix(
                of: cloud, metric: options.metric, precision: options.precision, by: method, context: context)
            return (.dense(dense.matrix, labels: dense.labels), dense.backend)
        } catch {
            throw Failure(error, held: context.memory.current)
        }
    }

    /// Whether distances go straight to where ranks will stand: those in float32, whose bits are sort keys. Not
    /// those of products, nor where lengths are weighted afterwards, or the points' own numbers matter.
    private static func fillsSquare(
        _ options: VietorisRipsOptions, _ method: PairwiseDistances.Method
    ) -> Bool {
        if case .products = method { return false }
        return options.precision == .float32 && options.weighting == nil && !options.representatives
    }

    private func square(
        of cloud: PointCloud, _ options: VietorisRipsOptions, _ method: PairwiseDistances.Method,
        _ context: ComputeContext
    ) throws(Failure) -> (found: Distances, backend: String) {
        let square: DistanceSquare
        do throws(HomologyError) {
            square = try DistanceSquare(
                count: cloud.count, threshold: options.maxEdgeLength, context: context)
        } catch {
            throw Failure(error, held: context.memory.current)
        }
        do throws(DistanceError) {
            let filled = try PairwiseDistances.fillSquare(
                square.distances, stride: square.stride, of: cloud, metric: options.metric, by: method,
                context: context, whenFilled: square.take)
            return (.square(square, labels: filled.labels), filled.backend)
        } catch {
            throw Failure(error, held: context.memory.current)
        }
    }

    private func barcode(
        of square: DistanceSquare, labels: [Int32]?, _ options: VietorisRipsOptions, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult {
        do throws(HomologyError) {
            return try VietorisRips.barcode(of: square, labels: labels, options: options, context: context)
        } catch {
            throw Failure(error, held: context.memory.current)
        }
    }

    private func barcode(
        of matrix: consuming DistanceMatrix, labels: [Int32]? = nil, _ weights: [Double]?,
        _ options: VietorisRipsOptions, _ context: ComputeContext, _ clock: inout PhaseClock
    ) throws(Failure) -> ComputeResult {
        if let weights, let weighting = options.weighting {
            do throws(DistanceError) {
                matrix = try WeightedLengths.apply(weights, weighting.exponent, to: matrix, context: context)
            } catch {
                throw Failure(error, held: context.memory.current)
            }
            clock.end("weighted lengths")
        }
        do throws(HomologyError) {
            return try VietorisRips.barcode(of: matrix, labels: labels, options: options, context: context)
        } catch {
            throw Failure(error, held: context.memory.current)
        }
    }

    private func barcode(
        of graph: consuming SparseGraph, labels: [Int32]? = nil, _ weights: [Double]?,
        _ options: VietorisRipsOptions, _ context: ComputeContext, _ clock: inout PhaseClock
    ) throws(Failure) -> ComputeResult {
        if let weights, let weighting = options.weighting {
            do throws(DistanceError) {
                graph = try WeightedLengths.apply(weights, weighting.exponent, to: graph)
            } catch {
                throw Failure(error, held: context.memory.current)
            }
            clock.end("weighted lengths")
        }
        do throws(HomologyError) {
            return try VietorisRips.barcode(of: graph, labels: labels, options: options, context: context)
        } catch {
            throw Failure(error, held: context.memory.current)
        }
    }

    // MARK: what it takes

    /// Nobody has that much memory; beyond, sizes are not worth multiplying.
    private static let hopeless = Cost(seconds: .infinity, memory: 1 << 60)
    private static let hopelessCount = 1 << 26

    /// - Parameter keepsMatrix: whether distances of points are kept beside the square of ranks.
    private func denseCost(
        _ shape: InputShape, edges: Int? = nil, _ options: VietorisRipsOptions, _ threads: Int,
        foreseen: Foresight = Foresight(), keepsMatrix: Bool = true
    ) -> Cost {
        let count = min(shape.count, options.subsample ?? shape.count)
        guard shape.count < Self.hopelessCount, count < Self.hopelessCount else { return Self.hopeless }
        let selection = SelectedInput.cost(shape, options, threads)
        // A part of the points has a like part of the edges.
        let share = Double(count) * Double(count - 1) / max(Double(shape.count) * Double(shape.count - 1), 1)
        let edges = edges.map { Int(Double($0) * share) }
        let homology = VietorisRips.estimate(
            count: count, edgeCount: edges, isSparse: false, options: options, threads: threads,
            births: foreseen.births, forecast: foreseen.columns)
        var memory = shape.byteCount + selection.memory + homology.memory
        // Distances of points, by pair or by edge, and lengths by weights.
        let pairs = count * (count - 1) / 2
        var lengths = options.weighting == nil ? 0 : pairs
        if case .points = shape.kind { lengths += keepsMatrix ? pairs : edges ?? pairs }
        memory += lengths * (options.precision == .float64 ? 8 : 4)
        return Cost(
            seconds: selection.seconds + homology.seconds,
            secondsOnOneThread: selection.secondsOnOneThread + homology.secondsOnOneThread, memory: memory)
    }

    private func sparseCost(
        _ shape: InputShape, edges: Int, _ options: VietorisRipsOptions, _ threads: Int,
        foreseen: Foresight = Foresight()
    ) -> Cost {
        let homology = VietorisRips.estimate(
            count: shape.count, edgeCount: edges, isSparse: true, options: options, threads: threads,
            births: foreseen.births, forecast: foreseen.columns)
        var memory = shape.byteCount + homology.memory
        if case .points = shape.kind { memory += edges * (8 + (options.precision == .float64 ? 8 : 4)) }
        let selection = SelectedInput.cost(shape, options, threads)
        return Cost(
            seconds: selection.seconds + homology.seconds,
            secondsOnOneThread: selection.secondsOnOneThread + homology.secondsOnOneThread,
            memory: selection.memory + memory)
    }
}

extension Failure {
    init(_ error: DistanceError, held: Int) {
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
