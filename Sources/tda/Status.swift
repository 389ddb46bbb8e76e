package import ArgumentParser
import Formats
import TDAClient
package import Vocabulary

/// `tda status`
package struct Status: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Shows what the daemon is doing and has done.")

    @Option(help: ArgumentHelp("How the answer is written.", valueName: "format"))
    var output: ReportFormat = .text
    @OptionGroup var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let status = try await connection.withClient { try await $0.status() }
        switch output {
        case .text: try StandardOutput.write(Self.text(status))
        case .json: try StandardOutput.write(Self.json(status))
        }
    }

    package static func text(_ status: DaemonStatus) -> String {
        var text = Report.table([
            ["daemon", "tdad \(status.version), process \(status.processID)"],
            ["up", Quantity.seconds(status.uptimeSeconds)],
            ["threads", "\(status.threadCount)"],
            [
                "memory",
                "\(Quantity.bytes(status.memoryReserved)) of \(Quantity.bytes(status.memoryBudget)) reserved",
            ],
            ["connections", "\(status.connections)"],
            [
                "queue",
                "\(status.running) running, \(status.queued) of at most \(status.queueCapacity) waiting",
            ],
            [
                "ended",
                "\(status.completed) completed, \(status.failed) failed, \(status.cancelled) cancelled, "
                    + "\(status.refused) refused",
            ],
        ])
        if !status.computations.isEmpty {
            let rows = status.computations.map { computation in
                [
                    "\(computation.id)", computation.state.rawValue, "\(computation.pointCount)",
                    Quantity.seconds(computation.seconds), Quantity.bytes(computation.estimatedMemory),
                    computation.state == .running
                        ? "\(Int(computation.progress.fraction * 100)) % \(computation.progress.phase)" : "",
                    computation.client,
                ]
            }
            text +=
                "\n"
                + Report.table([["id", "state", "points", "time", "memory", "progress", "client"]] + rows)
        }
        return text
    }

    static func json(_ status: DaemonStatus) -> [UInt8] {
        ReportFormat.json { json in
            json.member("version", status.version)
            json.member("process_id", status.processID)
            json.member("uptime_seconds", status.uptimeSeconds)
            json.member("threads", status.threadCount)
            json.member("memory_budget_bytes", status.memoryBudget)
            json.member("memory_reserved_bytes", status.memoryReserved)
            json.member("queue_capacity", status.queueCapacity)
            json.member("connections", status.connections)
            json.member("running", status.running)
            json.member("queued", status.queued)
            json.member("completed", status.completed)
            json.member("failed", status.failed)
            json.member("cancelled", status.cancelled)
            json.member("refused", status.refused)
            json.array("computations") { json in
                for computation in status.computations {
                    json.object { json in
                        json.member("id", Int(clamping: computation.id))
                        json.member("state", computation.state.rawValue)
                        json.member("client", computation.client)
                        json.member("num_points", computation.pointCount)
                        json.member("phase", computation.progress.phase)
                        json.member("progress", computation.progress.fraction)
                        json.member("seconds", computation.seconds)
                        json.member("estimated_memory_bytes", computation.estimatedMemory)
                    }
                }
            }
        }
    }
}

extension DaemonStatus {
    fileprivate var running: Int { computations.count { $0.state == .running } }
    fileprivate var queued: Int { computations.count { $0.state == .queued } }
}
