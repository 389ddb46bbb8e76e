import Distances
import Hardware
import SeededRandom
import Testing
import Vocabulary

/// Distances from products of matrices: what they promise, and where they leave it to differences.
@Suite struct ProductsTests {
    private let metrics: [Metric] = [.euclidean, .sqeuclidean, .cosine, .correlation]

    private func matrix(
        _ cloud: PointCloud, _ metric: Metric, kernels: DistanceKernels = .selected
    ) throws -> (distances: [Double], backend: String) {
        let found = try PairwiseDistances.matrix(
            of: cloud, metric: metric, precision: .float32, by: .products, kernels: kernels,
            context: ComputeContext())
        return (found.matrix.lowerTriangle.doubles, found.backend)
    }

    private func expectWithinBound(_ found: [Double], _ cloud: PointCloud, _ metric: Metric) {
        let expected = DistanceOracle.distances(of: cloud, metric)
        #expect(found.count == expected.count)
        let worst = zip(found, expected).map { max(0, abs($0 - $1) - 1e-15) / max($1, 1e-300) }.max() ?? 0
        #expect(worst <= 1e-5, "\(metric.name), dimension \(cloud.dimension)")
    }

    @Test(arguments: [48, 128, 768, 4096], ["baseline", "avx2", "avx512"])
    func randomPointsStayWithinTheBound(dimension: Int, isa: String) throws {
        guard let kernels = DistanceKernels(named: isa) else { return }
        for metric in metrics {
            let cloud = try randomCloud(dimension == 4096 ? 40 : 203, dimension)
            let found = try matrix(cloud, metric, kernels: kernels)
            #expect(found.backend == "openblas")
            expectWithinBound(found.distances, cloud, metric)
        }
    }

    @Test func float64CoordinatesToo() throws {
        let cloud = try randomCloud(150, 256, precision: .float64)
        let found = try matrix(cloud, .euclidean)
        #expect(found.backend == "openblas")
        expectWithinBound(found.distances, cloud, .euclidean)
    }

    /// A few near pairs and a few equal points among many: computed again, the equal ones to exactly 0.
    @Test func nearPairsAreComputedAgain() throws {
        for metric in metrics {
            let cloud = try cloudWithTwins(count: 400, dimension: 200)
            let found = try matrix(cloud, metric)
            #expect(found.backend == "openblas")
            expectWithinBound(found.distances, cloud, metric)
            // Point 399 is point 0, point 398 nearly point 1.
            #expect(found.distances[399 * 398 / 2 + 0] == 0)
            #expect(found.distances[398 * 397 / 2 + 1] > 0)
        }
    }

    /// Points 1e-4 apart at 1e3 from the origin, in clusters: nothing here is far enough apart.
    @Test func clustersAreLeftToDifferences() throws {
        var random = SplitMix64(seed: 7)
        let values = (0..<300).flatMap { point in
            (0..<64).map { _ in
                Float(1e3 + Double(point % 3)) + 1e-4 * Float.random(in: 0..<1, using: &random)
            }
        }
        let cloud = try PointCloud(dimension: 64, coordinates: .float32(values))
        let found = try matrix(cloud, .euclidean)
        #expect(found.backend.hasPrefix("cpu-"))
        expectWithinBound(found.distances, cloud, .euclidean)
    }

    /// Far from the origin, but wide: the centre is taken away first.
    @Test func aFarAwayCloudIsCentred() throws {
        let near = try randomCloud(200, 128)
        let far = Scalars.float32(near.coordinates.doubles.map { Float($0) + 1000 })
        let cloud = try PointCloud(dimension: 128, coordinates: far)
        let found = try matrix(cloud, .euclidean)
        #expect(found.backend == "openblas")
        expectWithinBound(found.distances, cloud, .euclidean)
    }

    @Test func otherMetricsAndPrecisionsTakeDifferences() throws {
        let cloud = try randomCloud(60, 100)
        for metric in [.manhattan, .chebyshev, .hamming, .minkowski(p: 3)] as [Metric] {
            let found = try matrix(cloud, metric)
            #expect(found.backend.hasPrefix("cpu-"))
        }
        let found = try PairwiseDistances.matrix(
            of: cloud, metric: .euclidean, precision: .float64, by: .products, context: ComputeContext())
        #expect(found.backend.hasPrefix("cpu-"))
    }

    @Test func theTeamChangesNothing() async throws {
        let cloud = try randomCloud(700, 96)
        let alone = try matrix(cloud, .euclidean).distances
        let pool = try WorkerPool(topology: Topology(), threads: 3)
        let together = try #require(
            await pool.run(teamOf: 3) { team in
                try? PairwiseDistances.matrix(
                    of: cloud, metric: .euclidean, precision: .float32, by: .products,
                    context: ComputeContext(team: team)
                ).matrix.lowerTriangle.doubles
            })
        #expect(together == alone)
    }

    @Test func memoryIsGivenBack() throws {
        let memory = MemoryAccount()
        let cloud = try randomCloud(300, 128)
        _ = try PairwiseDistances.matrix(
            of: cloud, metric: .cosine, precision: .float32, by: .products,
            context: ComputeContext(memory: memory))
        #expect(memory.peak > 300 * 299 / 2 * 4)
        #expect(memory.current == 0)
    }

    /// Random points, the last two of them point 0 again and nearly point 1.
    private func cloudWithTwins(count: Int, dimension: Int) throws -> PointCloud {
        var values = try randomCloud(count, dimension).coordinates.doubles.map { Float($0) }
        for k in 0..<dimension {
            values[(count - 1) * dimension + k] = values[k]
            values[(count - 2) * dimension + k] = values[dimension + k]
        }
        values[(count - 2) * dimension] += 1e-3
        return try PointCloud(dimension: dimension, coordinates: .float32(values))
    }
}
