import Distances
import Hardware
import SeededRandom
import Testing
import Vocabulary

@Suite struct DistanceMatrixTests {
    /// Runs `body` on a team of `size` pinned threads.
    private func onTeam<Value: Sendable>(
        of size: Int, _ body: @escaping @Sendable (any Team) -> Value
    ) async throws -> Value {
        let pool = try WorkerPool(topology: Topology(), threads: size)
        return try #require(await pool.run(teamOf: size, body))
    }

    private func distances(
        of cloud: PointCloud, _ metric: Metric, _ precision: Precision = .float32,
        kernels: DistanceKernels = .selected
    ) throws -> [Double] {
        try PairwiseDistances.matrix(
            of: cloud, metric: metric, precision: precision, kernels: kernels, context: ComputeContext()
        ).matrix.lowerTriangle.doubles
    }

    /// The largest relative error, beyond what the oracle itself loses where it takes cosines from 1.
    private func worstError(_ found: [Double], _ expected: [Double]) -> Double {
        zip(found, expected).map { max(0, abs($0 - $1) - 1e-15) / max(abs($1), 1e-300) }.max() ?? 0
    }

    @Test(arguments: allMetrics, ["baseline", "avx2", "avx512"])
    func everyMetricIsRightOnEveryInstructionSet(metric: Metric, isa: String) throws {
        guard let kernels = DistanceKernels(named: isa) else { return }
        for (count, dimension) in [(2, 2), (33, 3), (130, 17), (70, 200)] {
            for given in Precision.allCases {
                let cloud = try randomCloud(count, dimension, precision: given)
                let expected = DistanceOracle.distances(of: cloud, metric)
                for wanted in Precision.allCases {
                    let found = try distances(of: cloud, metric, wanted, kernels: kernels)
                    try #require(found.count == expected.count)
                    #expect(worstError(found, expected) < (wanted == .float32 ? 5e-7 : 1e-11))
                }
            }
        }
    }

    @Test(arguments: [1, 2, 3, 5])
    func theTeamChangesNothing(size: Int) async throws {
        for metric in allMetrics {
            let cloud = try randomCloud(301, 5)
            let alone = try distances(of: cloud, metric)
            let together = try await onTeam(of: size) { team in
                try? PairwiseDistances.matrix(
                    of: cloud, metric: metric, precision: .float32, context: ComputeContext(team: team)
                ).lowerTriangle.doubles
            }
            #expect(together == alone)
        }
    }

    @Test(arguments: allMetrics)
    func duplicatesAreAtDistanceZero(metric: Metric) throws {
        var random = SplitMix64(seed: 3)
        for precision in Precision.allCases {
            let point = (0..<37).map { _ in Double.random(in: -1e3...1e3, using: &random) }
            let other = (0..<37).map { _ in Double.random(in: -1e3...1e3, using: &random) }
            let cloud = try PointCloud(
                dimension: 37,
                coordinates: Scalars.float64(point + other + point + point).converted(to: precision))
            let found = try distances(of: cloud, metric)
            #expect(found[1] == 0 && found[3] == 0 && found[5] == 0)
            #expect(found[0] > 0)
        }
    }

    /// Points 1e-4 apart at 1e3 from the origin: what a product of matrices gets wrong.
    @Test(arguments: [3, 768])
    func clusteredPointsKeepTheirDigits(dimension: Int) throws {
        for precision in Precision.allCases {
            let cloud = try randomCloud(60, dimension, in: 1000...1000.0001, precision: precision)
            let error = worstError(
                try distances(of: cloud, .euclidean), DistanceOracle.distances(of: cloud, .euclidean))
            #expect(error < 1e-6)
        }
    }

    /// In high dimension angles are computed in float arithmetic, the small ones again in double.
    @Test(arguments: [.cosine, .correlation] as [Metric], [3, 60, 768])
    func smallAnglesKeepTheirDigits(metric: Metric, dimension: Int) throws {
        var random = SplitMix64(seed: 5)
        let far = (0..<100 * dimension).map { _ in Double.random(in: -1...1, using: &random) }
        // Two more points, a little off points 0 and 1.
        let near = far.prefix(2 * dimension).map {
            $0 * (1 + Double.random(in: -0.01...0.01, using: &random))
        }
        for points in [far + near, near] {
            let cloud = try PointCloud(dimension: dimension, coordinates: .float64(points))
            let error = worstError(
                try distances(of: cloud, metric), DistanceOracle.distances(of: cloud, metric))
            #expect(error < 1e-6)
            let near = try PairwiseDistances.neighbours(
                of: cloud, metric: metric, precision: .float32, within: .infinity, context: ComputeContext())
            #expect(try near.graph.lengths.doubles.sorted() == distances(of: cloud, metric).sorted())
        }
    }

    @Test func integerCoordinatesKeepTheirTies() throws {
        let cloud = try PointCloud(dimension: 2, coordinates: .float32([0, 0, 3, 4, 0, 5, -4, 3, 5, 0]))
        let found = try distances(of: cloud, .euclidean)
        #expect(found[0] == 5 && found[1] == 5 && found[3] == 5 && found[6] == 5)
    }

    @Test func onePointHasNoDistances() throws {
        for metric in allMetrics {
            #expect(try distances(of: randomCloud(1, 4), metric).isEmpty)
        }
    }

    @Test func dimensions1And4096() throws {
        for dimension in [1, 4096] {
            for metric in allMetrics where !(dimension == 1 && metric == .correlation) {
                let cloud = try randomCloud(35, dimension)
                let error = worstError(
                    try distances(of: cloud, metric), DistanceOracle.distances(of: cloud, metric))
                #expect(error < 1e-6)
            }
        }
    }

    @Test func aZeroVectorHasNoCosine() throws {
        let cloud = try PointCloud(dimension: 2, coordinates: .float32([1, 2, 0, 0, 3, 4]))
        let error = #expect(throws: DistanceError.self) { try distances(of: cloud, .cosine) }
        guard case .invalidInput(.noDistance(point: 1, _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aConstantVectorHasNoCorrelation() throws {
        let cloud = try PointCloud(dimension: 3, coordinates: .float64([1, 2, 3, 0.1, 0.1, 0.1]))
        let error = #expect(throws: DistanceError.self) { try distances(of: cloud, .correlation) }
        guard case .invalidInput(.noDistance(point: 1, _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func hugeAndTinyCoordinates() throws {
        for (a, b) in [(3e300, 4e300), (3e-200, 4e-200), (3e-300 * 1e-20, 4e-300 * 1e-20)] {
            let cloud = try PointCloud(dimension: 2, coordinates: .float64([0, 0, a, b]))
            let found = try distances(of: cloud, .euclidean, .float64)
            #expect(abs(found[0] / (b / 4 * 5) - 1) < 1e-3)
        }
        for (a, b) in [(3e37, 4e37), (3e-30, 4e-30)] as [(Float, Float)] {
            let cloud = try PointCloud(dimension: 2, coordinates: .float32([0, 0, a, b]))
            #expect(abs(try distances(of: cloud, .euclidean)[0] / Double(b / 4 * 5) - 1) < 1e-6)
        }
    }

    @Test func aDistanceBeyondThePrecisionNamesThePoints() throws {
        let far = try PointCloud(dimension: 1, coordinates: .float32([0, 1, -3e38, 3e38]))
        for metric in [.euclidean, .manhattan, .chebyshev, .minkowski(p: 3)] as [Metric] {
            #expect(throws: DistanceError.invalidInput(.distanceTooLarge(a: 3, b: 2, precision: .float32))) {
                try distances(of: far, metric)
            }
            #expect(try distances(of: far, metric, .float64)[5] > 5e38)
        }
        let extreme = try PointCloud(dimension: 1, coordinates: .float64([-1.7e308, 1.7e308]))
        for metric in [.euclidean, .sqeuclidean, .manhattan, .chebyshev, .minkowski(p: 3)] as [Metric] {
            #expect(throws: DistanceError.invalidInput(.distanceTooLarge(a: 1, b: 0, precision: .float64))) {
                try distances(of: extreme, metric, .float64)
            }
        }
        #expect(try distances(of: extreme, .cosine, .float64) == [2])
    }

    @Test(arguments: allMetrics)
    func distancesDoNotDependOnThePointsNumbers(metric: Metric) throws {
        let cloud = try randomCloud(300, 3)
        let found = try PairwiseDistances.numberedMatrix(
            of: cloud, metric: metric, precision: .float32, by: .differences, context: ComputeContext())
        let labels = try #require(found.labels).map(Int.init)
        #expect(labels.sorted() == Array(0..<cloud.count))
        let own = try distances(of: cloud, metric)
        let expected = labels.indices.flatMap { row in
            labels[..<row].map { column in
                let (larger, smaller) = (max(labels[row], column), min(labels[row], column))
                return own[larger * (larger - 1) / 2 + smaller]
            }
        }
        #expect(found.matrix.lowerTriangle.doubles == expected)
    }

    @Test(arguments: [1, 2, 64, 65, 200, 700], [1, 3])
    func aSquareGetsTheDistancesOfTheMatrix(count: Int, threads: Int) async throws {
        for metric in [.euclidean, .minkowski(p: 3), .cosine] as [Metric] {
            let cloud = try randomCloud(count, 3)
            let expected = try PairwiseDistances.numberedMatrix(
                of: cloud, metric: metric, precision: .float32, by: .differences, context: ComputeContext())
            let found = try await onTeam(of: threads) { team in
                Result { try FilledSquare(cloud, metric, context: ComputeContext(team: team)) }
            }.get()
            #expect(found.lowerTriangle == expected.matrix.lowerTriangle.doubles)
            #expect(found.labels == expected.labels)
            #expect(found.isWhole)
        }
    }

    @Test func aDistanceTooLargeForASquareIsNamed() throws {
        let cloud = try PointCloud(dimension: 1, coordinates: .float32([0, 3e38, -3e38]))
        nonisolated(unsafe) let square = UnsafeMutableBufferPointer<Float>.allocate(capacity: 9)
        defer { square.deallocate() }
        #expect(throws: DistanceError.invalidInput(.distanceTooLarge(a: 2, b: 1, precision: .float32))) {
            try PairwiseDistances.fillSquare(
                #require(square.baseAddress), stride: 3, of: cloud, metric: .euclidean,
                context: ComputeContext()
            ) { _, rows, columns in
                for row in rows {
                    for column in columns where column < row { square[3 * row + column] = 0 }
                }
            }
        }
    }

    @Test func theMatrixIsCountedWhileItIsThereAndTheRestIsGivenBack() throws {
        let budget = MemoryBudget(limit: 1 << 20)
        let context = ComputeContext(memory: MemoryAccount(budget: budget))
        do {
            let matrix = try PairwiseDistances.matrix(
                of: randomCloud(100, 3), metric: .cosine, precision: .float32, context: context)
            withExtendedLifetime(matrix) { #expect(context.memory.current == 4950 * 4) }
        }
        #expect(context.memory.peak > 4950 * 4)
        #expect(context.memory.current == 0)

        #expect(throws: DistanceError.self) {
            try PairwiseDistances.matrix(
                of: randomCloud(1000, 3), metric: .euclidean, precision: .float32, context: context)
        }
        #expect(context.memory.current == 0)
    }

    @Test func aStoppedComputationEnds() throws {
        let stop = StopSignal()
        stop.stop(.deadlineExceeded)
        let context = ComputeContext(stop: stop)
        #expect(throws: DistanceError.stopped(.deadlineExceeded)) {
            try PairwiseDistances.matrix(
                of: randomCloud(100, 3), metric: .euclidean, precision: .float32, context: context)
        }
        #expect(context.memory.current == 0)
    }
}
