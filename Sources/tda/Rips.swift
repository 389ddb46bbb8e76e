import ArgumentParser
import Formats
import Glibc
import Settings
import TDAClient
import Vocabulary

/// `tda rips FILE`
struct Rips: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the barcode of a Vietoris–Rips filtration.",
        usage: "tda rips <file> [options]",
        discussion: """
            text has a line `dimension birth death` for each bar, a death of inf for a class that never \
            dies. npz has an array for each dimension: h0, h1, and so on.
            """)

    enum Output: String, CaseIterable, ExpressibleByArgument {
        case text, json, ndjson, csv, npz
    }

    @OptionGroup var input: InputFile
    @OptionGroup var rips: RipsOptions
    @Flag(help: "Give each bar a representative cocycle.") var representatives = false
    @Option(help: ArgumentHelp("How the barcode is written.", valueName: "format"))
    var output: Output = .text
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if output == .npz, isatty(STDOUT_FILENO) == 1 {
            throw ValidationError("npz is not for terminals: redirect standard output to a file")
        }
    }

    func run() async throws {
        let options = try rips.options(representatives: representatives)
        let request = ComputeRequest(
            input: try input.read(for: rips), options: options, threads: rips.threads)
        let result = try await connection.withClient { client in
            let line = ProgressLine.onTerminal()
            defer { line?.clear() }
            let progress: TDAClient.ProgressHandler? = if let line { { line.show($0) } } else { nil }
            return try await Interrupted.cancelling { try await client.compute(request, progress: progress) }
        }
        if let subsample = result.subsample {
            StandardError.writeLine(
                "tda: \(subsample.indices.count) points, covering radius \(subsample.coveringRadius)")
        }
        try StandardOutput.write(bytes(of: result))
    }

    private func bytes(of result: ComputeResult) -> [UInt8] {
        switch output {
        case .text: ResultsText.text(result.barcode, precision: rips.precision)
        case .csv: ResultsText.csv(result.barcode, precision: rips.precision)
        case .json: ResultsJSON.bytes(result, precision: rips.precision) + [UInt8(ascii: "\n")]
        case .ndjson: ResultsJSON.lines(result.barcode, precision: rips.precision)
        case .npz: ResultsNPZ.bytes(result.barcode)
        }
    }
}
