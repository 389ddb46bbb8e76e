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
