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
        var methods = self.methods
        for dimension in [4, 32, 128, 512] {
            guard let cloud = Self.cloud(dimension) else { continue }
            let pairs = cloud.count * (cloud.count - 1) / 2
            rates += Self.rates(of: .distances, dimension: dimension, units: pairs, by: &methods) { way in
                try Self.distances(cloud, way.method, team) == way.kind
            }
        }
        var passes = self.passes
        for count in [256, 2000] {
            guard let pass = Self.edgePass(count, team) else { continue }
            rates += Self.rates(of: .edges, dimension: count, units: pass.edgeCount, by: &passes) { device in
                _ = try pass.run(ComputeContext(team: team, device: device))
                return device?.isUsable != false
            }
        }
        return Calibration(fingerprint: fingerprint, threads: team.size, rates: rates)
    }

    /// A way of computing, by its name in a calibration.
    private typealias Named<Way> = (name: String, way: Way)

    /// How distances are computed, and what a computation says then has run.
    private var methods: [Named<(kind: String, method: PairwiseDistances.Method)>] {
        [
            ("cpu", ("cpu-\(PairwiseDistances.instructionSet)", .differences)),
            ("openblas", ("openblas", .products)),
        ]
            + usable.map { (Self.name(of: $0.description), ("opencl", .device($0))) }
    }

    /// Where the pass over edges may run.
    private var passes: [Named<OpenCLDevice?>] {
        [("cpu", nil)] + usable.map { (Self.name(of: $0.description), $0) }
    }

    private var usable: [OpenCLDevice] { devices.filter(\.isUsable) }

    /// What a calibration calls a device.
    static func name(of device: HardwareDescription.Device) -> String { "opencl \(device.name)" }

    /// What each of `ways` takes for one of the `units` that `compute` goes through. Takes those away that are not worth
    /// the time of more.
    private static func rates<Way>(
        of work: MeasuredRate.Work, dimension: Int, units: Int, by ways: inout [Named<Way>],
        _ compute: (Way) throws -> Bool
    ) -> [MeasuredRate] {
        var rates: [MeasuredRate] = []
        var host = Double.infinity
        for (name, way) in ways {
            guard let seconds = fastest({ try compute(way) }) else { continue }
            host = min(host, seconds)
            if seconds > 10 * host { ways.removeAll { $0.name == name } }
            rates.append(
                .init(work: work, backend: name, dimension: dimension, seconds: seconds / Double(units)))
        }
        return rates
    }

    private static func edgePass(_ count: Int, _ team: any Team) -> EdgePass? {
        guard let cloud = cloud(3, count: count) else { return nil }
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
