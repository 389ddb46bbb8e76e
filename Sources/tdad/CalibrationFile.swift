import Engine
import FoundationEssentials
import Glibc
import Hardware
import Vocabulary

/// Where a calibration is kept between one start and the next.
struct CalibrationFile: Sendable {
    let path: String

    /// - Parameter setting: a path; nil for the place that the environment names: systemd's cache folder of
    ///   the service, the user's cache folder, or /var/cache. `off` keeps none.
    /// - Returns: nil for `off`.
    init?(setting: String?, environment: [String: String]) {
        if setting == "off" { return nil }
        if let setting {
            path = setting
            return
        }
        func folder(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        let cache =
            folder("CACHE_DIRECTORY") ?? folder("XDG_CACHE_HOME").map { $0 + "/tda" }
            ?? folder("HOME").map { $0 + "/.cache/tda" } ?? "/var/cache/tda"
        path = cache + "/calibration"
    }

    /// The calibration of this hardware, if there is one.
    func read(fingerprint: String) -> Calibration? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let kept = Calibration(text: text),
            kept.fingerprint == fingerprint
        else { return nil }
        return kept
    }

    /// Writes it whole or not at all.
    func write(_ calibration: Calibration) throws {
        let file = URL(filePath: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(calibration.text.utf8).write(to: file, options: .atomic)
    }
}

extension Machine {
    /// What a calibration depends on: other hardware, drivers or versions are measured anew.
    func fingerprint(devices: [OpenCLDevice], threads: Int) -> String {
        var parts = [platformVersion, processor, RipsComputation.instructionSet, "\(threads) threads"]
        parts += devices.map { "\($0.description.name), \($0.description.version)" }
        return parts.joined(separator: "; ").replacing("\n", with: " ")
    }
}
