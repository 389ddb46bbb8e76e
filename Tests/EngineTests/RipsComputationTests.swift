import Engine
import Hardware
import Testing
import Vocabulary

/// The real computation, and the engine on real threads.
@Suite struct RipsComputationTests {
    /// Points of the unit square, none of them twice.
    private func points(_ count: Int) throws -> PointCloud {
        let coordinates = (0..<count).flatMap { index -> [Float] in
            let x = (Double(index) * 0.754_877_666).truncatingRemainder(dividingBy: 1)
            let y = (Double(index) * 0.569_840_291).truncatingRemainder(dividingBy: 1)
            return [Float(x), Float(y)]
        }
        return try PointCloud(dimension: 2, coordinates: .float32(coordinates))
    }

    private func run(_ input: ComputeInput, _ options: VietorisRipsOptions, _ route: Plan.Route) throws
        -> Barcode
    {
        try RipsComputation().run(
            input, options, Plan(route: route, cost: Cost(seconds: 0, memory: 0)), ComputeContext()
        ).barcode
    }

    @Test func bothRoutesLeadToTheSameBarcode() throws {
        let options = try VietorisRipsOptions(maxDimension: 1, maxEdgeLength: 0.1)
        let input = ComputeInput.points(try points(600))
        let dense = try run(input, options, .dense)
        #expect(dense == (try run(input, options, .sparse)))
        #expect(dense.pairs.contains { $0.dimension == 1 })
    }

    /// Pairs that are not joined are no edges, however long these may be.
    @Test(arguments: 1...2)
    func aPathIsExpectedToTakeWhatItsEdgesTake(maxDimension: Int) throws {
        let count: Int32 = 300_000
        let path = try SparseGraph(
            count: Int(count), ends: (1..<count).flatMap { [$0 - 1, $0] },
            lengths: .float32((1..<count).map { Float($0 % 1_000) }))
        let plan = try RipsComputation().plan(
            .sparse(path), try VietorisRipsOptions(maxDimension: maxDimension), threads: 1)
        #expect(plan.cost.memory < 400 * Int(count))
        #expect(plan.cost.seconds < 2)
    }

    @Test func fewNeighboursMeanASparseGraphAndManyAMatrix() throws {
        let input = ComputeInput.points(try points(3000))
        let near = try VietorisRipsOptions(maxEdgeLength: 0.03)
        let far = try VietorisRipsOptions(maxEdgeLength: 2)
        #expect(try RipsComputation().plan(input, near, threads: 1).route == .sparse)
        #expect(try RipsComputation().plan(input, far, threads: 1).route == .dense)
        #expect(try RipsComputation().plan(input, VietorisRipsOptions(), threads: 1).route == .dense)
    }

    @Test func whatIsHopelessIsSeenByItsShape() throws {
        let shape = try #require(InputShape(kind: .points(dimension: 3), count: 1 << 30, precision: .float32))
        let options = try VietorisRipsOptions()
        #expect(RipsComputation().outlook(shape, options, threads: 1).least.memory > 1 << 50)
        // Within a threshold there may be few edges.
        var near = options
        near.maxEdgeLength = 0.1
        #expect(RipsComputation().outlook(shape, near, threads: 1).least.memory == shape.byteCount)
    }

    /// Numbers between 0 and 1 that look random.
    private func scattered(_ count: Int) -> [Double] {
        (1...count).map { (Double($0 * $0) * 0.754_877_666_246_692_8).truncatingRemainder(dividingBy: 1) }
    }

    /// `count` unit vectors of `dimension` coordinates.
    private func sphere(_ count: Int, dimension: Int) throws -> ComputeInput {
        let numbers = scattered(3 * count * dimension)
        let coordinates = (0..<count).flatMap { point -> [Float] in
            let vector = (0..<dimension).map { axis in
                let first = 3 * (point * dimension + axis)
                return numbers[first] + numbers[first + 1] + numbers[first + 2] - 1.5
            }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { Float($0 / length) }
        }
        return .points(try PointCloud(dimension: dimension, coordinates: .float32(coordinates)))
    }

    private func randomDistances(_ count: Int) throws -> ComputeInput {
        let lengths = scattered(count * (count - 1) / 2).map { Float($0) }
        return .distances(try DistanceMatrix(count: count, lowerTriangle: .float32(lengths)))
    }

    /// By homology and by columns (docs/engine.md, section 4): at most a tenth more than was foreseen.
    @Test func memoryIsForeseen() throws {
        let inputs = [try sphere(150, dimension: 3), try sphere(80, dimension: 4), try randomDistances(60)]
        for (input, dimension) in zip(inputs, [2, 3, 3]) {
            let options = try VietorisRipsOptions(maxDimension: dimension)
            let plan = try RipsComputation().plan(input, options, threads: 1)
            let result = try RipsComputation().run(input, options, plan, ComputeContext())
            #expect(Double(result.statistics.peakMemory) <= 1.1 * Double(plan.cost.memory))
        }
    }

    private func engine() throws -> Engine {
        Engine(
            threads: try WorkerPool(topology: Topology(), threads: 2), budget: MemoryBudget(limit: 1 << 30),
            computation: ComplexComputation())
    }

    @Test func theSquareHasOneLoop() async throws {
        let square = try PointCloud(dimension: 2, coordinates: .float32([0, 0, 1, 0, 1, 1, 0, 1]))
        let result = try await engine().compute(
            ComputeRequest(input: .points(square), options: VietorisRipsOptions()),
            client: ClientID(number: 1, name: ""))
        let loops = result.barcode.pairs.filter { $0.dimension == 1 }
        #expect(loops.map(\.birth) == [1])
        #expect(result.barcode.bettiNumbers == [1, 0])
        #expect(result.statistics.peakMemory > 0)
        #expect(result.statistics.phases.first?.name == "distances")
    }

    @Test func aRunningReductionIsCancelled() async throws {
        let engine = try engine()
        let request = ComputeRequest(
            input: .points(try points(2500)), options: try VietorisRipsOptions(maxDimension: 3))
        let task = Task { try await engine.compute(request, client: ClientID(number: 1, name: "")) }
        while engine.status.computations.first?.state != .running { await Task.yield() }
        task.cancel()
        let failure = await #expect(throws: Failure.self) { try await task.value }
        #expect(failure?.code == .cancelled)
        #expect(engine.status.memoryReserved == 0)
    }
}
