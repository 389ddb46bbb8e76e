import ArgumentParser
import Vocabulary

/// `tda rips FILE`
struct Rips: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the barcode of a Vietoris–Rips filtration.",
        usage: "tda rips <file> [options]", discussion: BarcodeFormat.discussion)

    @OptionGroup var input: InputFile
    @OptionGroup var rips: RipsOptions
    @Flag(help: "Give each bar a representative cocycle.") var representatives = false
    @Option(help: ArgumentHelp("How the barcode is written.", valueName: "format"))
    var output: BarcodeFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func validate() throws { try output.checkTerminal() }

    func run() async throws {
        let options = try rips.options(representatives: representatives)
        try await connection.compute(
            ComputeRequest(
                input: try input.read(for: rips), options: options, threads: rips.shared.threads),
            output: output)
    }
}
