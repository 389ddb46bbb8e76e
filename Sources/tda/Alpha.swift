import ArgumentParser
import Vocabulary

/// `tda alpha FILE`
struct Alpha: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the barcode of the alpha filtration of points in the plane or in space.",
        usage: "tda alpha <file> [options]",
        discussion: """
            Births and deaths are radii, computed exactly and written in double precision; json also \
            counts the simplices up to the threshold. \(BarcodeFormat.discussion)
            """)

    @OptionGroup var input: InputFile
    @OptionGroup var alpha: AlphaOptions
    @Flag(help: "Give each bar a representative cycle.") var representatives = false
    @Option(help: ArgumentHelp("How the barcode is written.", valueName: "format"))
    var output: BarcodeFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func validate() throws { try output.checkTerminal() }

    func run() async throws {
        var options = try alpha.options()
        options.representatives = representatives
        try await connection.compute(
            ComputeRequest(
                input: try input.read(precision: AlphaComplexOptions.precision), options: .alpha(options),
                threads: alpha.shared.threads),
            output: output)
    }
}
