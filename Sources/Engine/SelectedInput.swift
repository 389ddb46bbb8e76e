import Distances
import Hardware
import Vocabulary

/// What of a request's input is computed on: all of it or a subsample, and the weights of its points where the
/// filtration is weighted.
struct SelectedInput {
    let selection: ComputeInput
    /// One for each point of the selection.
    let weights: [Double]?
    private let subsample: Subsample?
    /// The chosen points, ascending, so that the order of a simplex's vertices stays what it is.
    private let numbers: [Int32]

    /// A distance to measure looks at the whole input, whatever part is chosen then.
    init(
        _ input: ComputeInput, _ options: VietorisRipsOptions, _ context: ComputeContext,
        _ clock: inout PhaseClock
    ) throws(Failure) {
        try Self.check(input.shape, options)
        do throws(DistanceError) {
            let all = try Self.weights(input, options, context)
            if options.weighting != nil { clock.end("weights") }
            guard let size = options.subsample else {
                (selection, weights, subsample, numbers) = (input, all, nil, [])
                return
            }
            let chosen = try Self.subsample(input, size, options, context)
            let ascending = chosen.indices.sorted()
            numbers = ascending
            selection = try input.keeping(ascending, context)
            weights = all.map { all in ascending.map { all[Int($0)] } }
            subsample = chosen
            clock.end("subsample")
        } catch {
            throw Failure(error, held: context.memory.current)
        }
    }

    /// Gives the vertices of representatives the caller's numbers, and says what was chosen.
    func naming(_ result: ComputeResult) -> ComputeResult {
        guard let subsample else { return result }
        var result = result
        result.subsample = subsample
        result.barcode = result.barcode.renumbered(numbers)
        return result
    }

    /// - Throws: for weights without a weighting and the other way round, and for a subsample that is not
    ///   to be had.
    static func check(_ shape: InputShape, _ options: VietorisRipsOptions) throws(Failure) {
        switch options.weighting?.weights {
        case nil where shape.hasWeights:
            throw Failure(.badParameter("weights", reason: "given, but no weighting says how to use them"))
        case .given where !shape.hasWeights:
            throw Failure(.badParameter("weights", reason: "none were given"))
        case .distanceToMeasure where shape.hasWeights || shape.hasVertexBirths:
            throw Failure(
                .badParameter("weights", reason: "both given and asked for as a distance to measure"))
        case .distanceToMeasure(let neighbours, _) where neighbours >= shape.count:
            throw Failure(
                .badParameter(
                    "n_neighbors", reason: "\(neighbours) neighbours of each of \(shape.count) points"))
        default: break
        }
        guard let size = options.subsample else { return }
        guard size <= shape.count else {
            throw Failure(
                .badParameter("subsample", reason: "\(size) points of \(shape.count); there are fewer"))
        }
        if case .sparse = shape.kind {
            throw Failure(
                .badParameter("subsample", reason: "of a sparse graph; give points or a distance matrix"))
        }
    }

    private static func weights(
        _ input: ComputeInput, _ options: VietorisRipsOptions, _ context: ComputeContext
    ) throws(DistanceError) -> [Double]? {
        switch options.weighting?.weights {
        case nil: return nil
        case .given: return input.weights.map { given in (0..<given.count).map { given[$0] } }
        case .distanceToMeasure(let neighbours, let r):
            switch input {
            case .points(let cloud):
                return try DistanceToMeasure.weights(
                    of: cloud, neighbours: neighbours, r: r, metric: options.metric,
                    precision: options.precision, context: context)
            case .distances(let matrix):
                return try DistanceToMeasure.weights(
                    of: matrix, neighbours: neighbours, r: r, context: context)
            case .sparse(let graph):
                return try DistanceToMeasure.weights(
                    of: graph, neighbours: neighbours, r: r, context: context)
            }
        }
    }

    private static func subsample(
        _ input: ComputeInput, _ size: Int, _ options: VietorisRipsOptions, _ context: ComputeContext
    ) throws(DistanceError) -> Subsample {
        switch input {
        case .points(let cloud):
            try GreedySubsample.of(
                cloud, size: size, metric: options.metric, precision: options.precision, context: context)
        case .distances(let matrix): try GreedySubsample.of(matrix, size: size, context: context)
        case .sparse: preconditionFailure("refused by check")
        }
    }

    /// What choosing takes, beyond the input and what is computed on it then.
    static func cost(_ shape: InputShape, _ options: VietorisRipsOptions, _ threads: Int) -> Cost {
        var memory = 0
        let count = Double(shape.count)
        // Seconds to look at the distance of a pair.
        let look = 1e-9
        var seconds = 0.0
        var bytesOfPoints = 0
        if case .points(let dimension) = shape.kind { bytesOfPoints = 16 * shape.count * dimension }
        if case .distanceToMeasure = options.weighting?.weights {
            seconds += count * count * look
            memory = max(memory, bytesOfPoints)
        }
        if options.weighting != nil { memory += 16 * shape.count }
        if let size = options.subsample {
            seconds += count * Double(size) * look
            memory = max(memory, bytesOfPoints + 8 * shape.count)
            switch shape.kind {
            case .points(let dimension): memory += 8 * size * dimension
            case .distances, .sparse: memory += 4 * size * (size - 1)
            }
        }
        return Cost(
            seconds: seconds / Double(max(threads, 1)), secondsOnOneThread: seconds, memory: memory)
    }
}

extension ComputeInput {
    /// The input on the points `numbers`, which ascend; without weights. Its bytes are reserved and stay so.
    fileprivate func keeping(
        _ numbers: [Int32], _ context: ComputeContext
    ) throws(DistanceError) -> ComputeInput {
        func reserve(_ count: Int, _ precision: Precision) throws(DistanceError) {
            do { try context.memory.reserve(count * (precision == .float64 ? 8 : 4)) } catch {
                throw .memory(error)
            }
        }
        switch self {
        case .points(let cloud):
            try reserve(numbers.count * cloud.dimension, cloud.coordinates.precision)
            let places = numbers.lazy.flatMap { point in
                (0..<cloud.dimension).lazy.map { Int(point) * cloud.dimension + $0 }
            }
            do throws(InvalidInput) {
                return .points(
                    try PointCloud(
                        dimension: cloud.dimension, coordinates: cloud.coordinates.elements(at: places)))
            } catch {
                throw .invalidInput(error)
            }
        case .distances(let matrix):
            try reserve(numbers.count * (numbers.count - 1) / 2, matrix.lowerTriangle.precision)
            let places = numbers.indices.lazy.flatMap { row in
                numbers[..<row].lazy.map { Int(numbers[row]) * (Int(numbers[row]) - 1) / 2 + Int($0) }
            }
            return .distances(
                DistanceMatrix(
                    computed: Numbers(matrix.lowerTriangle.elements(at: places)), count: numbers.count,
                    vertexBirths: matrix.vertexBirths?.elements(at: numbers.lazy.map(Int.init))))
        case .sparse: preconditionFailure("a sparse graph is not subsampled")
        }
    }
}

extension Numbers {
    fileprivate func elements(at places: some Sequence<Int>) -> Scalars {
        switch self {
        case .float32(let values): .float32(places.map { values[$0] })
        case .float64(let values): .float64(places.map { values[$0] })
        }
    }
}

extension Scalars {
    fileprivate func elements(at places: some Sequence<Int>) -> Scalars {
        switch self {
        case .float32(let values): .float32(places.map { values[$0] })
        case .float64(let values): .float64(places.map { values[$0] })
        }
    }
}
