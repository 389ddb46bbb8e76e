import Hardware
import PersistentHomology
import Synchronization
import Testing
import TestSupport
import Vocabulary

/// The pass over the edges: the same answers from the host's kernels and from an OpenCL device.
@Suite(
    .enabled(if: !OpenCLDevices.list().isEmpty, "no OpenCL device; apt-get install pocl-opencl-icd"))
struct EdgePassTests {
    private func device(onFailure: @escaping @Sendable (String) -> Void = { _ in }) throws -> OpenCLDevice {
        try #require(OpenCLDevices.open(onFailure: onFailure).first)
    }

    /// Distances with ties, so that closed, open and critical blocks all come up.
    private func matrix(_ count: Int, ties: Int, seed: UInt64) throws -> DistanceMatrix {
        var state = seed
        let values = (0..<count * (count - 1) / 2).map { _ -> Float in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(1 + Int(state >> 33) % ties)
        }
        return try DistanceMatrix(count: count, lowerTriangle: .float32(values))
    }

    private func torus(_ count: Int) throws -> DistanceMatrix {
        let points = (0..<count).map { place -> (Double, Double) in
            let turn = Double(place) * 0.618_033_988_75
            return (turn - turn.rounded(.down), Double(place) / Double(count))
        }
        func gap(_ a: Double, _ b: Double) -> Double { min(abs(a - b), 1 - abs(a - b)) }
        let values = (0..<count).flatMap { a in
            (0..<a).map { b in
                let (x, y) = (gap(points[a].0, points[b].0), gap(points[a].1, points[b].1))
                return Float((x * x + y * y).squareRoot())
            }
        }
        return try DistanceMatrix(count: count, lowerTriangle: .float32(values))
    }

    @Test func theDeviceFindsWhatTheHostFinds() throws {
        let device = try device()
        let inputs: [(DistanceMatrix, Double)] = try [
            (matrix(2, ties: 1, seed: 1), 5), (matrix(40, ties: 3, seed: 2), 9),
            (matrix(130, ties: 1000, seed: 3), 600), (matrix(90, ties: 100_000, seed: 4), .infinity),
            (torus(300), 0.3), (matrix(210, ties: 1 << 30, seed: 5), .infinity),
        ]
        for (matrix, threshold) in inputs {
            let host = ComputeContext()
            let pass = try EdgePass(of: matrix, within: threshold, context: host)
            let expected = try pass.run(host)
            let found = try pass.run(ComputeContext(device: device))
            #expect(device.isUsable)
            #expect(found == expected, "\(matrix.count) points")
        }
    }

    /// Whichever command fails: the host does it again, and says so once.
    @Test func aDeviceThatFailsIsLeftToItself() throws {
        let matrix = try torus(120)
        let host = ComputeContext()
        let pass = try EdgePass(of: matrix, within: 0.4, context: host)
        let expected = try pass.run(host)
        var commands = 0
        while true {
            let told = Mutex<[String]>([])
            let device = try device { message in told.withLock { $0.append(message) } }
            device.fail(afterCommands: commands)
            let memory = MemoryAccount()
            #expect(try pass.run(ComputeContext(memory: memory, device: device)) == expected)
            #expect(memory.current == 0)
            if device.isUsable { break }
            #expect(told.withLock { $0.count } == 1)
            commands += 1
        }
        #expect(commands >= 6)
    }

    @Test func barcodesAreTheSame() throws {
        let device = try device()
        let options = try VietorisRipsOptions(maxDimension: 2)
        // The last two in several epochs.
        for matrix in try [
            torus(110), matrix(60, ties: 20, seed: 6), torus(200), matrix(140, ties: 1 << 30, seed: 7),
        ] {
            let expected = try VietorisRips.barcode(of: matrix, options: options, context: ComputeContext())
            let found = try VietorisRips.barcode(
                of: matrix, options: options, context: ComputeContext(device: device))
            #expect(found.barcode == expected.barcode, "\(matrix.count) points")
        }
    }
}
