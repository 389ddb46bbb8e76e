import Engine
import Glibc
import Logging
import NIOCore
import Synchronization
import Vocabulary

/// What all sessions share.
final class Daemon: Sendable {
    let engine: Engine
    let settings: ServerSettings
    let logger: Logger
    let turns = LoopTurns()
    private let startedAt = ContinuousClock.now
    private let connections = Mutex(Connections())
    private let described: Mutex<HardwareDescription>
    private let calibration: DaemonServer.Calibration?

    struct Connections {
        var lastNumber: UInt64 = 0
        var channels: [UInt64: any Channel] = [:]
        var refused = 0
    }

    init(
        engine: Engine, settings: ServerSettings, hardware: HardwareDescription,
        calibration: DaemonServer.Calibration?, logger: Logger
    ) {
        self.engine = engine
        self.settings = settings
        described = Mutex(hardware)
        self.calibration = calibration
        self.logger = logger
    }

    var hardware: HardwareDescription { described.withLock { $0 } }

    /// The hardware with what is measured now.
    func calibrate() async throws(Failure) -> HardwareDescription {
        guard let calibration else { throw Failure(.unsupported, "this daemon has nothing to calibrate") }
        let rates = try await calibration()
        return described.withLock { hardware in
            hardware.rates = rates
            return hardware
        }
    }

    /// A number for a new connection; nil when there are too many already.
    func register(_ channel: any Channel) -> UInt64? {
        connections.withLock { connections in
            guard connections.channels.count < settings.maxConnections else {
                connections.refused += 1
                return nil
            }
            connections.lastNumber += 1
            connections.channels[connections.lastNumber] = channel
            return connections.lastNumber
        }
    }

    func unregister(_ number: UInt64) { connections.withLock { $0.channels[number] = nil } }

    var channels: [any Channel] { connections.withLock { Array($0.channels.values) } }

    var status: DaemonStatus {
        var status = engine.status
        status.version = platformVersion
        status.processID = Int(getpid())
        status.uptimeSeconds = uptime
        status.connections = connections.withLock { $0.channels.count }
        return status
    }

    var refusedConnections: Int { connections.withLock { $0.refused } }

    private var uptime: Double {
        let (seconds, attoseconds) = startedAt.duration(to: .now).components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
