import Hardware
import Vocabulary

/// Which OpenCL devices are used, as `--opencl` says.
enum OpenCLChoice: Equatable {
    /// Whichever is worth it.
    case auto
    case off
    /// A device by its number or by a part of its name; whatever it can is computed there.
    case device(String)

    init(_ setting: String) {
        self =
            switch setting {
            case "auto": .auto
            case "off": .off
            default: .device(setting)
            }
    }

    /// Whether someone asked for one device.
    var isForced: Bool { if case .device = self { true } else { false } }

    /// The devices to be used.
    ///
    /// - Parameter onFailure: told what happened when one fails. On any thread.
    func open(onFailure: @escaping @Sendable (String) -> Void) throws(UnknownDevice) -> [OpenCLDevice] {
        switch self {
        case .off: return []
        case .auto: return OpenCLDevices.open(onFailure: onFailure)
        case .device(let wanted):
            let devices = OpenCLDevices.open(onFailure: onFailure)
            if let number = Int(wanted), devices.indices.contains(number) { return [devices[number]] }
            let named = devices.first {
                $0.description.name.lowercased().contains(wanted.lowercased())
            }
            guard let named else {
                throw UnknownDevice(wanted: wanted, known: devices.map(\.description.name))
            }
            return [named]
        }
    }
}

/// `--opencl` names no device of this machine.
struct UnknownDevice: Error, CustomStringConvertible {
    let wanted: String
    let known: [String]

    var description: String {
        let list = known.enumerated().map { "\($0.offset): \($0.element)" }.joined(separator: ", ")
        return "--opencl: there is no device \"\(wanted)\"; "
            + (known.isEmpty ? "no OpenCL driver offers any" : "there are \(list)")
    }
}
