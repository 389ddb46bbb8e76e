import Distances
public import Hardware
import PersistentHomology
import Vocabulary

/// Measures what each way of computing takes here. A second or two in all.
public struct Calibrator: Sendable {
    private let devices: [OpenCLDevice]

    public init(devices: [OpenCLDevice]) { self.devices = devices }

    /// Blocks the calling thread, which leads `team`.
    public func measure(_ team: any Team, fingerprint: String) -> Calibration {
        var rates: [MeasuredRate] = []
        var hopeless: Set<String> = []
        for dimension in [4, 32, 128, 512] {
            guard let cloud = Self.cloud(dimension) else { continue }
            let pairs = Double(cloud.count * (cloud.count - 1) / 2)
            var host = Double.infinity
            for (backend, method) in methods where !hopeless.contains(backend.name) {
                let seconds = Self.fastest { try Self.distances(cloud, method, team) == backend.kind }
                guard let seconds else { continue }
                host = min(host, seconds)
                // Not worth the time of the higher dimensions.
                if seconds > 10 * host { hopeless.insert(backend.name) }
                rates.append(
                    .init(
                        work: .distances, backend: backend.name, dimension: dimension,
                        seconds: seconds / pairs))
            }
        }
        rates += edgeRates(team)
        return Calibration(fingerprint: fingerprint, threads: team.size, rates: rates)
    }

    /// What is measured, by its name in a calibration and by what a computation says has run.
    private var methods: [((name: String, kind: String), PairwiseDistances.Method)] {
        [
            (("cpu", "cpu-\(PairwiseDistances.instructionSet)"), .differences),
            (("openblas", "openblas"), .products),
        ]
            + devices.filter(\.isUsable).map {
                ((Self.name(of: $0.description), "opencl"), PairwiseDistances.Method.device($0))
            }
    }

    /// What a calibration calls a device.
    static func name(of device: HardwareDescription.Device) -> String { "opencl \(device.name)" }

    private func edgeRates(_ team: any Team) -> [MeasuredRate] {
        var rates: [MeasuredRate] = []
        var ways: [(name: String, device: OpenCLDevice?)] =
            [("cpu", nil)] + devices.filter(\.isUsable).map { (Self.name(of: $0.description), $0) }
        for count in [256, 2000] {
            guard let pass = edgePass(count, team) else { continue }
            var host = Double.infinity
            ways = ways.filter { name, device in
                let seconds = Self.fastest {
                    _ = try pass.run(ComputeContext(team: team, device: device))
                    return device?.isUsable != false
                }
                guard let seconds else { return false }
                host = min(host, seconds)
                rates.append(
                    MeasuredRate(
                        work: .edges, backend: name, dimension: count,
                        seconds: seconds / Double(pass.edgeCount)))
                // Else not worth the time of more points.
                return seconds <= 10 * host
            }
        }
        return rates
    }

    private func edgePass(_ count: Int, _ team: any Team) -> EdgePass? {
        guard let cloud = Self.cloud(3, count: count) else { return nil }
        let matrix = try? PairwiseDistances.matrix(
            of: cloud, metric: .euclidean, precision: .float32, context: ComputeContext(team: team))
        let pass = try? matrix.map { try EdgePass(of: $0, within: 0.6, context: ComputeContext(team: team)) }
        return pass.flatMap { $0.edgeCount > 0 ? $0 : nil }
    }

    /// What has computed the distances in the end.
    private static func distances(
        _ cloud: PointCloud, _ method: PairwiseDistances.Method, _ team: any Team
    ) throws -> String {
        try PairwiseDistances.matrix(
            of: cloud, metric: .euclidean, precision: .float32, by: method,
            context: ComputeContext(team: team)
        ).backend
    }

    /// The shortest of several runs, fewer where they are long; nil where one throws or says that it was
    /// not what is measured. The first, which may build programs, does not count.
    private static func fastest(_ compute: () throws -> Bool) -> Double? {
        guard (try? compute()) == true else { return nil }
        var best: Double?
        let start = ContinuousClock.now
        for run in 1...5 {
            let before = ContinuousClock.now
            guard (try? compute()) == true else { return nil }
            best = min(best ?? .infinity, before.duration(to: .now).seconds)
            let spent = start.duration(to: .now).seconds
            if spent > 0.4 || spent > 0.05 && run >= 3 { break }
        }
        return best
    }

    /// Points like a uniform sample of a cube; the same in every run.
    private static func cloud(_ dimension: Int, count: Int = 1500) -> PointCloud? {
        var state: UInt64 = 1
        let values = (0..<count * dimension).map { _ -> Float in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24)
        }
        return try? PointCloud(dimension: dimension, coordinates: .float32(values))
    }
}
