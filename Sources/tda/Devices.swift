import ArgumentParser
import Formats
import TDAClient
import Vocabulary

/// `tda devices`
struct Devices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the processors of the daemon's machine.",
        discussion: "A star marks those that the daemon computes on.")

    @Option(help: ArgumentHelp("How the answer is written.", valueName: "format"))
    var output: ReportFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let devices = try await connection.withClient { try await $0.devices() }
        switch output {
        case .text: try StandardOutput.write(Self.text(devices))
        case .json: try StandardOutput.write(Self.json(devices))
        }
    }

    static func text(_ devices: [Device]) -> String {
        Report.table(
            devices.map { device in
                let properties = device.properties.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return [
                    device.isUsed ? "*" : " ", device.kind.rawValue, device.name,
                    "\(device.computeUnits) \(device.kind == .cpu ? "cores" : "compute units")",
                    Quantity.bytes(device.memory), properties.joined(separator: " "),
                ]
            })
    }

    static func json(_ devices: [Device]) -> [UInt8] {
        ReportFormat.json { json in
            json.array("devices") { json in
                for device in devices {
                    json.object { json in
                        json.member("kind", device.kind.rawValue)
                        json.member("name", device.name)
                        json.member("compute_units", device.computeUnits)
                        json.member("memory_bytes", device.memory)
                        json.member("used", device.isUsed)
                        json.object("properties") { json in
                            for (key, value) in device.properties.sorted(by: { $0.key < $1.key }) {
                                json.member(key, value)
                            }
                        }
                    }
                }
            }
        }
    }
}
