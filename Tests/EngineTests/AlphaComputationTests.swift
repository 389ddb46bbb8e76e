import Engine
import Hardware
import Testing
import Vocabulary

/// Alpha complexes by the engine, on real threads.
@Suite struct AlphaComputationTests {
    private let client = ClientID(number: 1, name: "")

    private func engine(budget: Int = 1 << 30) throws -> Engine {
        Engine(
            threads: try WorkerPool(topology: Topology(), threads: 2), budget: MemoryBudget(limit: budget),
            computation: ComplexComputation())
    }

    private func request(
        _ coordinates: [Double], dimension: Int, _ options: AlphaComplexOptions
    ) throws -> ComputeRequest {
        ComputeRequest(
            input: .points(try PointCloud(dimension: dimension, coordinates: .float64(coordinates))),
            options: .alpha(options))
    }

    /// Points of the unit cube, none of them twice.
    private func cube(_ count: Int) -> [Double] {
        (0..<count).flatMap { index in
            [0.819_172_513, 0.671_043_607, 0.549_700_478].map { step in
                (Double(index) * step).truncatingRemainder(dividingBy: 1)
            }
        }
    }

    @Test func theContractsTriangle() async throws {
        let result = try await engine().compute(
            request([0, 0, 1, 0, 0.5, 0.75], dimension: 2, AlphaComplexOptions()), client: client)
        #expect(result.alphaShape == AlphaShape(vertices: 3, edges: 3, triangles: 1, tetrahedra: 0))
        #expect(result.barcode.bettiNumbers == [1, 0])
        #expect(result.statistics.peakMemory > 0)
        #expect(result.statistics.estimatedMemory > 0)
        #expect(result.statistics.phases.map(\.name).contains("delaunay"))
    }

    @Test(arguments: [1, 4, 17])
    func otherDimensionsAreRefusedAndTheMessageNamesTheWay(dimension: Int) async throws {
        let request = try request(
            Array(repeating: 0.5, count: 3 * dimension), dimension: dimension, AlphaComplexOptions())
        let engine = try engine()
        let failure = await #expect(throws: Failure.self) {
            try await engine.compute(request, client: client)
        }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.contains("Vietoris–Rips") == true)
        let refused = await #expect(throws: Failure.self) {
            try await engine.estimate(request, client: client)
        }
        #expect(refused == failure)
    }

    @Test func distancesAreRefused() async throws {
        let matrix = try DistanceMatrix(count: 3, lowerTriangle: .float32([1, 1, 1]))
        let request = ComputeRequest(
            input: .distances(matrix), options: .alpha(try AlphaComplexOptions()))
        let failure = await #expect(throws: Failure.self) {
            try await engine().compute(request, client: client)
        }
        #expect(failure?.code == .invalidArgument)
    }

    @Test func scalesThatAreTooFarApartAreNamed() async throws {
        let request = try request([0, 0, 1e300, 0, 0, 1e-300], dimension: 2, AlphaComplexOptions())
        let failure = await #expect(throws: Failure.self) {
            try await engine().compute(request, client: client)
        }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.contains("points[2]") == true)
    }

    @Test func theEstimateHoldsWhatIsUsed() async throws {
        let request = try request(cube(20_000), dimension: 3, AlphaComplexOptions())
        let engine = try engine()
        let estimate = try await engine.estimate(request, client: client)
        let result = try await engine.compute(request, client: client)
        #expect(estimate.admissible)
        #expect(result.statistics.peakMemory <= estimate.memory)
        #expect(result.statistics.peakMemory > estimate.memory / 4)
    }

    @Test func whatDoesNotFitTheBudgetIsRefusedByItsShape() async throws {
        let request = try request(cube(20_000), dimension: 3, AlphaComplexOptions())
        let failure = await #expect(throws: Failure.self) {
            try await engine(budget: 1 << 21).compute(request, client: client)
        }
        #expect(failure?.code == .resourceExhausted)
    }

    @Test func aRunningTriangulationIsCancelled() async throws {
        let engine = try engine()
        let request = try request(cube(400_000), dimension: 3, AlphaComplexOptions())
        let task = Task { try await engine.compute(request, client: client) }
        while engine.status.computations.first?.state != .running { await Task.yield() }
        task.cancel()
        let failure = await #expect(throws: Failure.self) { try await task.value }
        #expect(failure?.code == .cancelled)
        #expect(engine.status.memoryReserved == 0)
    }
}
