import Engine
import Hardware
import Logging
import Vocabulary

/// When it is measured what each way of computing takes: at the first start on a machine, and on request.
struct Calibrating: Sendable {
    let backends: Backends
    let pool: WorkerPool
    /// Nil: nothing is measured or kept.
    let file: CalibrationFile?
    let fingerprint: String
    let logger: Logger

    /// Takes what is kept for this hardware, or else measures.
    func start() async {
        guard let file else { return }
        if let kept = file.read(fingerprint: fingerprint) {
            backends.calibration = kept
        } else {
            logger.info(
                "measuring what each way of computing takes; kept for later starts",
                metadata: ["file": "\(file.path)"])
            await measure()
        }
    }

    /// Measures anew.
    ///
    /// - Returns: the rates.
    /// - Throws: `overloaded` while the threads compute: what they leave says nothing.
    func again() async throws(Failure) -> [MeasuredRate] {
        guard pool.idleCount == pool.threadCount else {
            throw Failure(
                .overloaded, "the daemon is computing; calibrate when it is idle", retryAfter: .seconds(1))
        }
        await measure()
        return backends.calibration?.rates ?? []
    }

    private func measure() async {
        let calibrator = Calibrator(devices: backends.devices)
        let fingerprint = fingerprint
        let found = await pool.run(teamOf: pool.threadCount) { team in
            calibrator.measure(team, fingerprint: fingerprint)
        }
        guard let found else { return }
        backends.calibration = found
        do {
            try file?.write(found)
        } catch {
            logger.warning(
                "cannot keep the calibration: it will be measured again at the next start",
                metadata: ["file": "\(file?.path ?? "")", "error": "\(error)"])
        }
    }
}
