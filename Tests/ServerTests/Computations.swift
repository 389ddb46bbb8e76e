import Engine
import Glibc
import Hardware
import Synchronization
import Vocabulary

/// Answers each input by what is in it: one bar for each of its first points or edges, at its value.
struct Echo: Computation {
    /// What it claims to take; 0.0005 is so little that it may be done on the event loop.
    var seconds = 0.001

    func outlook(_ shape: InputShape, _ options: ComplexOptions, threads: Int) -> Outlook {
        let cost = cost(shape)
        return Outlook(least: cost, most: cost)
    }

    func plan(_ input: ComputeInput, _ options: ComplexOptions, threads: Int) throws(Failure) -> Plan {
        Plan(route: .dense, cost: cost(input.shape))
    }

    private func cost(_ shape: InputShape) -> Cost {
        Cost(seconds: seconds, memory: shape.byteCount + 1000)
    }

    func run(
        _ input: ComputeInput, _ options: ComplexOptions, _ plan: Plan, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult { Self.answer(input, options) }

    static func answer(_ input: ComputeInput, _ options: ComplexOptions) -> ComputeResult {
        let (numbers, births): (Scalars, Scalars?) =
            switch input {
            case .points(let cloud): (cloud.coordinates, nil)
            case .distances(let matrix): (matrix.lowerTriangle.scalars, matrix.vertexBirths)
            case .sparse(let graph): (graph.lengths, graph.vertexBirths)
            }
        var pairs: [PersistencePair] = []
        for index in 0..<numbers.count {
            let birth = births.map { $0[index % $0.count] } ?? 0
            pairs.append(PersistencePair(dimension: 0, birth: birth, death: numbers[index] + 1))
        }
        guard case .vietorisRips(let options) = options else {
            preconditionFailure("no test here asks for another complex")
        }
        var statistics = ComputeStatistics()
        statistics.pointCount = input.count
        statistics.threshold = options.maxEdgeLength ?? -1
        let cocycles = pairs.indices.map {
            RepresentativeCocycle(vertices: [Int32($0)], coefficients: [options.field.modulus - 1])
        }
        return ComputeResult(
            barcode: Barcode(
                maxDimension: options.maxDimension, pairs: pairs,
                representatives: options.representatives ? cocycles : []),
            statistics: statistics)
    }
}

/// Runs until it is told to stop, one point excepted; a gate holds what is to end by itself.
final class Endless: Computation {
    private let started = Mutex<Int>(0)
    private let stopped = Mutex<Int>(0)
    private let isOpen = Mutex<Bool>(false)

    var startedCount: Int { started.withLock { $0 } }
    var stoppedCount: Int { stopped.withLock { $0 } }

    /// Lets all that runs end well.
    func open() { isOpen.withLock { $0 = true } }

    func outlook(_ shape: InputShape, _ options: ComplexOptions, threads: Int) -> Outlook {
        Echo().outlook(shape, options, threads: threads)
    }

    func plan(_ input: ComputeInput, _ options: ComplexOptions, threads: Int) throws(Failure) -> Plan {
        try Echo().plan(input, options, threads: threads)
    }

    func run(
        _ input: ComputeInput, _ options: ComplexOptions, _ plan: Plan, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult {
        started.withLock { $0 += 1 }
        context.progress.enter("waiting", at: 0.5)
        while input.count > 1, !isOpen.withLock({ $0 }) {
            if let reason = context.stop.reason {
                stopped.withLock { $0 += 1 }
                throw Failure(reason)
            }
            usleep(200)
        }
        return Echo.answer(input, options)
    }
}

extension ComputeRequest {
    /// Points on a line, `seed` telling one cloud from another.
    static func cloud(_ count: Int, seed: Int = 0, timeout: Duration? = nil) throws -> ComputeRequest {
        let coordinates = (0..<count).map { Float(($0 * 7919 + seed * 104729) % 1000) }
        return ComputeRequest(
            input: .points(try PointCloud(dimension: 1, coordinates: .float32(coordinates))),
            options: try VietorisRipsOptions(), timeout: timeout)
    }
}
