import Distances
import Hardware
import Synchronization
import Testing
import Vocabulary

private let thereIsNoDevice: Comment = "no OpenCL device; apt-get install pocl-opencl-icd"

/// Distances on an OpenCL device: those of the host, and the host's where the device fails.
@Suite(.enabled(if: !OpenCLDevices.list().isEmpty, thereIsNoDevice))
struct DeviceDistancesTests {
    private func device(onFailure: @escaping @Sendable (String) -> Void = { _ in }) throws -> OpenCLDevice {
        try #require(OpenCLDevices.open(onFailure: onFailure).first)
    }

    private func matrix(
        _ cloud: PointCloud, _ metric: Metric, _ precision: Precision = .float32, on device: OpenCLDevice,
        context: ComputeContext = ComputeContext()
    ) throws -> (distances: [Double], backend: String) {
        let found = try PairwiseDistances.matrix(
            of: cloud, metric: metric, precision: precision, by: .device(device), context: context)
        return (found.matrix.lowerTriangle.doubles, found.backend)
    }

    @Test(arguments: allMetrics)
    func everyMetricIsRight(metric: Metric) throws {
        let device = try device()
        for (count, dimension) in [(1, 4), (2, 2), (65, 3), (130, 17), (70, 200)] {
            // Each pair of types is a program of its own, and drivers take their time to build one.
            var types: [(Precision, Precision)] = [(.float32, .float32), (.float64, .float32)]
            if metric == .euclidean { types.append((.float32, .float64)) }
            for (given, wanted) in types {
                let cloud = try randomCloud(count, dimension, precision: given)
                let found = try matrix(cloud, metric, wanted, on: device)
                let expected = DistanceOracle.distances(of: cloud, metric)
                try #require(found.distances.count == expected.count)
                let errors = zip(found.distances, expected).map {
                    max(0, abs($0 - $1) - 1e-15) / max($1, 1e-300)
                }
                #expect(errors.max() ?? 0 < (wanted == .float32 ? 1e-6 : 1e-11), "\(count) × \(dimension)")
                if metric == .euclidean, count > 1 { #expect(found.backend == "opencl") }
            }
        }
    }

    @Test func equalPointsAreAtDistance0() throws {
        let half = try randomCloud(50, 7).coordinates.doubles.map { Float($0) }
        let cloud = try PointCloud(dimension: 7, coordinates: .float32(half + half))
        for metric in allMetrics {
            let found = try matrix(cloud, metric, on: device()).distances
            for point in 0..<50 { #expect(found[(point + 50) * (point + 49) / 2 + point] == 0) }
        }
    }

    /// Whichever command fails: the distances are right, and it is told once.
    @Test func aDeviceThatFailsIsLeftToItself() throws {
        let cloud = try randomCloud(200, 5)
        let expected = DistanceOracle.distances(of: cloud, .euclidean)
        var commands = 0
        while true {
            let told = Mutex<[String]>([])
            let device = try device { message in told.withLock { $0.append(message) } }
            device.fail(afterCommands: commands)
            let memory = MemoryAccount()
            let context = ComputeContext(memory: memory)
            let found = try matrix(cloud, .euclidean, on: device, context: context)
            #expect(zip(found.distances, expected).allSatisfy { abs($0 - $1) <= 1e-6 * $1 })
            #expect(memory.current == 0)
            if found.backend == "opencl" { break }
            #expect(found.backend.hasPrefix("cpu-"))
            _ = try matrix(cloud, .euclidean, on: device)
            #expect(told.withLock { $0.count } == 1)
            #expect(!device.isUsable)
            commands += 1
        }
        #expect(commands >= 5)
    }

    /// Rows come in four bands, two commands each after five to begin with; whatever the device has not sent when it
    /// fails, the host computes.
    @Test(
        arguments: [(nil, "opencl"), (0, "cpu-"), (7, "cpu-"), (9, "cpu-"), (10, "cpu-")] as [(Int?, String)])
    func aSquareIsFilledByWhoeverIsLeft(commands: Int?, backend: String) throws {
        let cloud = try randomCloud(2600, 3)
        let device = try device()
        if let commands { device.fail(afterCommands: commands) }
        let found = try FilledSquare(cloud, .euclidean, by: .device(device), context: ComputeContext())
        let expected = try FilledSquare(cloud, .euclidean, context: ComputeContext())
        #expect(found.backend.hasPrefix(backend))
        #expect(found.isWhole)
        #expect(found.labels == expected.labels)
        let pairs = zip(found.lowerTriangle, expected.lowerTriangle)
        #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-6 * $1 })
    }

    @Test func aStoppedComputationEnds() throws {
        let stop = StopSignal()
        stop.stop(.cancelled)
        let context = ComputeContext(stop: stop)
        #expect(throws: DistanceError.stopped(.cancelled)) {
            try matrix(randomCloud(100, 3), .euclidean, on: device(), context: context)
        }
        #expect(context.memory.current == 0)
    }
}
