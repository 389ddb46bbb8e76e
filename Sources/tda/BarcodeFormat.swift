import ArgumentParser
import Formats
import Glibc
import Settings
import TDAClient
import Vocabulary

/// How a barcode is written.
enum BarcodeFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, ndjson, csv, npz

    /// What the formats are, for the help of the commands that have them.
    static let discussion = """
        text has a line `dimension birth death` for each bar, a death of inf for a class that never \
        dies. npz has an array for each dimension: h0, h1, and so on.
        """

    /// - Throws: where the output would not be fit for a terminal.
    func checkTerminal() throws {
        if self == .npz, isatty(STDOUT_FILENO) == 1 {
            throw ValidationError("npz is not for terminals: redirect standard output to a file")
        }
    }

    func bytes(of result: ComputeResult, precision: Precision) -> [UInt8] {
        switch self {
        case .text: ResultsText.text(result.barcode, precision: precision)
        case .csv: ResultsText.csv(result.barcode, precision: precision)
        case .json: ResultsJSON.bytes(result, precision: precision) + [UInt8(ascii: "\n")]
        case .ndjson: ResultsJSON.lines(result.barcode, precision: precision)
        case .npz: ResultsNPZ.bytes(result.barcode)
        }
    }
}

extension ConnectionOptions {
    /// Computes, with a line of progress on a terminal, and writes the barcode to standard output.
    func compute(_ request: ComputeRequest, output: BarcodeFormat) async throws {
        let result = try await withClient { client in
            let line = ProgressLine.onTerminal()
            defer { line?.clear() }
            let progress: TDAClient.ProgressHandler? = if let line { { line.show($0) } } else { nil }
            return try await Interrupted.cancelling { try await client.compute(request, progress: progress) }
        }
        if let subsample = result.subsample {
            StandardError.writeLine(
                "tda: \(subsample.indices.count) points, covering radius \(subsample.coveringRadius)")
        }
        try StandardOutput.write(output.bytes(of: result, precision: request.options.precision))
    }
}
