package import ArgumentParser
import Formats
import TDAClient
package import Vocabulary

/// `tda devices`
package struct Devices: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Describes the daemon's machine: processor, memory, OpenCL devices, what each computes at.",
        discussion:
            "What each way of computing takes is measured when the daemon first starts on a machine, and "
            + "each computation goes the cheapest way.")

    @Flag(help: "Have the daemon measure anew, a second or two, before it answers.")
    var calibrate = false
    @Option(help: ArgumentHelp("How the answer is written.", valueName: "format"))
    var output: ReportFormat = .text
    @OptionGroup var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let hardware = try await connection.withClient { try await $0.devices(calibrate: calibrate) }
        switch output {
        case .text: try StandardOutput.write(Self.text(hardware))
        case .json: try StandardOutput.write(Self.json(hardware))
        }
    }

    package static func text(_ hardware: HardwareDescription) -> String {
        let threads = hardware.cores.reduce(0) { $0 + $1.processors.count }
        var processor = hardware.processor.isEmpty ? "unknown" : hardware.processor
        if !hardware.instructionSet.isEmpty { processor += ", \(hardware.instructionSet)" }
        var cores = "\(hardware.cores.count) with \(Quantity.count(threads, "hardware thread"))"
        cores += " in \(Quantity.count(hardware.packageCount, "package"))"
        if let limit = hardware.processorLimit { cores += ", of which \(limit) may be used at a time" }
        var memory = Quantity.bytes(hardware.memory)
        if hardware.memoryNodes.count > 1 { memory += " in \(hardware.memoryNodes.count) nodes" }
        if let limit = hardware.memoryLimit { memory += ", of which \(Quantity.bytes(limit)) may be used" }
        var rows = [["processor", processor], ["cores", cores]]
        rows.append(["memory", memory])
        let topology = hardware.topologyLines
        rows += topology.enumerated().map { [$0.offset == 0 ? "topology" : "", $0.element] }
        for device in hardware.devices {
            let units = Quantity.count(device.computeUnits, "compute unit")
            rows.append([
                "OpenCL \(device.kind.rawValue)",
                "\(device.name), \(units), \(Quantity.bytes(device.memory)), \(device.version)",
            ])
        }
        if hardware.devices.isEmpty { rows.append(["OpenCL", "no devices"]) }
        return Report.table(rows) + hardware.rateTable
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
            json.array("topology") { json in
                for core in hardware.cores {
                    json.object { json in
                        json.member("package", core.package)
                        json.member("memory_node", core.memoryNode)
                        json.member("cache_domain", core.cacheDomain)
                        json.array("processors") { json in core.processors.forEach { json.value($0) } }
                    }
                }
            }
            json.array("measured") { json in
                for rate in hardware.rates {
                    json.object { json in
                        json.member("work", rate.work.rawValue)
                        json.member("backend", rate.backend)
                        json.member("dimension", rate.dimension)
                        json.member("seconds", rate.seconds)
                    }
                }
            }
        }
    }
}
