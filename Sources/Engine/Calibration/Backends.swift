import Distances
public import Hardware
import Synchronization
import Vocabulary

/// The ways of computing that this process has, and which of them an input takes: the cheapest by what
/// was measured.
public final class Backends: Sendable {
    /// In use, in the order in which they were found.
    public let devices: [OpenCLDevice]
    /// Whether the first device does whatever it can, whatever was measured.
    private let isForced: Bool
    private let calibrated: Mutex<Calibration?>

    /// - Parameters:
    ///   - isForced: whether someone asked for the first of `devices` by name.
    ///   - calibration: nil: the vector kernels do everything.
    public init(devices: [OpenCLDevice] = [], isForced: Bool = false, calibration: Calibration? = nil) {
        self.devices = devices
        self.isForced = isForced
        calibrated = Mutex(calibration)
    }

    /// Set when it is measured anew; computations that start later go by it.
    public var calibration: Calibration? {
        get { calibrated.withLock { $0 } }
        set { calibrated.withLock { $0 = newValue } }
    }

    /// Up to here there is nothing to choose: everything is over in microseconds.
    private static let fewPoints = 256
    /// Differences are the more exact, and nearest to what neighbours within a threshold take: anything
    /// else has to be worth it.
    private static let worthwhile = 0.85

    /// How the distances of `cloud` are to be computed on `threads` threads.
    func method(
        for cloud: PointCloud, _ options: VietorisRipsOptions, threads: Int
    ) -> PairwiseDistances.Method {
        if isForced, let device = devices.first { return .device(device) }
        guard cloud.count > Self.fewPoints else { return .differences }
        guard let calibration, options.precision == .float32,
            let differences = calibration.seconds(.distances, "cpu", dimension: cloud.dimension)
        else { return .differences }
        var (best, least) = (PairwiseDistances.Method.differences, differences * Self.worthwhile)
        if let seconds = calibration.seconds(.distances, "openblas", dimension: cloud.dimension),
            seconds < least
        {
            (best, least) = (.products, seconds)
        }
        // Devices were measured beside all threads; coordinates in double precision are another matter.
        guard cloud.coordinates.precision == .float32 else { return best }
        for device in devices where device.isUsable {
            let name = Calibrator.name(of: device.description)
            guard let seconds = calibration.seconds(.distances, name, dimension: cloud.dimension) else {
                continue
            }
            let scaled = seconds * calibration.share(of: threads)
            if scaled < least { (best, least) = (.device(device), scaled) }
        }
        return best
    }

    /// The device for the pass over the edges of a dense graph; nil for the threads.
    func edgePassDevice(pointCount: Int, threads: Int) -> OpenCLDevice? {
        if isForced { return devices.first }
        guard pointCount > Self.fewPoints else { return nil }
        guard let calibration, let host = calibration.seconds(.edges, "cpu", dimension: pointCount)
        else { return nil }
        let measured = devices.filter(\.isUsable).compactMap { device in
            calibration.seconds(.edges, Calibrator.name(of: device.description), dimension: pointCount)
                .map { (device, $0) }
        }
        guard let (device, seconds) = measured.min(by: { $0.1 < $1.1 }) else { return nil }
        return seconds * calibration.share(of: threads) < host * Self.worthwhile ? device : nil
    }
}

extension Calibration {
    /// What `threads` threads are of those that were measured: a device is worth that much less beside more
    /// of them.
    fileprivate func share(of threads: Int) -> Double { Double(threads) / Double(self.threads) }
}
