import ArgumentParser
import Formats
import TDAClient
import Vocabulary

/// `tda devices`
struct Devices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Describes the daemon's machine: processor, memory, OpenCL devices.")

    @Option(help: ArgumentHelp("How the answer is written.", valueName: "format"))
    var output: ReportFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let hardware = try await connection.withClient { try await $0.devices() }
        switch output {
        case .text: try StandardOutput.write(Self.text(hardware))
        case .json: try StandardOutput.write(Self.json(hardware))
        }
    }

    static func text(_ hardware: HardwareDescription) -> String {
        var processor = "\(hardware.cores.count) cores, \(hardware.packageCount) packages"
        if !hardware.instructionSet.isEmpty { processor += ", \(hardware.instructionSet)" }
        if let limit = hardware.processorLimit { processor += ", limited to \(limit) processors" }
        var memory = Quantity.bytes(hardware.memory)
        if let limit = hardware.memoryLimit { memory += ", limited to \(Quantity.bytes(limit))" }
        let rows = [
            ["cpu", hardware.processor, processor, memory]
        ]
        return Report.table(
            rows
                + hardware.devices.map { device in
                    [
                        device.kind.rawValue, device.name, "\(device.computeUnits) compute units",
                        "\(Quantity.bytes(device.memory)), \(device.version)",
                    ]
                })
    }

    static func json(_ hardware: HardwareDescription) -> [UInt8] {
        ReportFormat.json { json in
            json.member("processor", hardware.processor)
            json.member("instruction_set", hardware.instructionSet)
            json.member("cores", hardware.cores.count)
            json.member("packages", hardware.packageCount)
            json.member("memory_bytes", hardware.memory)
            json.member("memory_limit_bytes", hardware.memoryLimit)
            json.array("devices") { json in
                for device in hardware.devices {
                    json.object { json in
                        json.member("kind", device.kind.rawValue)
                        json.member("name", device.name)
                        json.member("platform", device.platform)
                        json.member("version", device.version)
                        json.member("compute_units", device.computeUnits)
                        json.member("memory_bytes", device.memory)
                        json.member("double_precision", device.hasDoublePrecision)
                    }
                }
            }
        }
    }
}
