import ArgumentParser
import Formats
import TDAClient
import Vocabulary

/// `tda estimate FILE`
struct Estimate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what a computation would take, without computing.",
        usage: "tda estimate <file> [options]")

    enum Complex: String, CaseIterable, ExpressibleByArgument { case rips, alpha }

    @OptionGroup var input: InputFile
    @Option(
        help: ArgumentHelp(
            "The complex that is meant; the options below are those of rips.", valueName: "complex"))
    var complex: Complex = .rips
    @OptionGroup var rips: RipsOptions
    @Option(help: ArgumentHelp("How the answer is written.", valueName: "format"))
    var output: ReportFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let options: ComplexOptions =
            switch complex {
            case .rips: .vietorisRips(try rips.options(representatives: false))
            case .alpha: .alpha(try AlphaComplexOptions())
            }
        let input =
            switch complex {
            case .rips: try input.read(for: rips)
            case .alpha: try input.read(precision: options.precision)
            }
        let request = ComputeRequest(input: input, options: options, threads: rips.shared.threads)
        let estimate = try await connection.withClient { try await $0.estimate(request) }
        switch output {
        case .text: try StandardOutput.write(Self.text(estimate))
        case .json: try StandardOutput.write(Self.json(estimate))
        }
    }

    static func text(_ estimate: ComputeEstimate) -> String {
        let budget = Quantity.bytes(estimate.memoryBudget)
        return Report.table([
            ["time", Quantity.seconds(estimate.seconds)],
            ["memory", Quantity.bytes(estimate.memory)],
            ["admissible", estimate.admissible ? "yes" : "no, the daemon's memory budget is \(budget)"],
        ])
    }

    static func json(_ estimate: ComputeEstimate) -> [UInt8] {
        ReportFormat.json { json in
            json.member("estimated_time_ms", milliseconds(estimate.seconds))
            json.member("estimated_memory_mb", mebibytes(estimate.memory))
            json.member("memory_budget_mb", mebibytes(estimate.memoryBudget))
            json.member("admissible", estimate.admissible)
        }
    }
}
