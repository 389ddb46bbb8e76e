import Formats
import Glibc
import Vocabulary

/// The command line of `bench-rips`: a file, and pairs of `--name value`.
struct BenchOptions: Sendable {
    static let usage = """
        usage: bench-rips FILE [--input FORMAT] [--max-dimension N] [--threshold T] [--threads N]
                          [--cloud-size N] [--representatives]
        With --cloud-size, FILE holds that many points after that many points, each a cloud of its own.
        """

    var path = ""
    var format = InputFormat.auto
    var rips: VietorisRipsOptions
    var threads = 1
    var cloudSize: Int?

    init(_ arguments: some Sequence<String>) throws {
        var maxDimension = 1
        var threshold: Double?
        var representatives = false
        var rest = Array(arguments)[...]
        func value<T>(of name: String, _ parse: (String) -> T?) throws -> T {
            guard let text = rest.popFirst(), let value = parse(text) else {
                throw BenchError.usage("\(name) wants a value")
            }
            return value
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--input": format = try value(of: argument, InputFormat.init(rawValue:))
            case "--max-dimension": maxDimension = try value(of: argument, Int.init)
            case "--threshold": threshold = try value(of: argument, Double.init)
            case "--threads": threads = try value(of: argument, Int.init)
            case "--representatives": representatives = true
            case "--cloud-size": cloudSize = try value(of: argument, Int.init)
            case _ where argument.hasPrefix("--"): throw BenchError.usage("unknown option \(argument)")
            default: path = argument
            }
        }
        guard !path.isEmpty else { throw BenchError.usage("no file") }
        rips = try VietorisRipsOptions(
            maxDimension: maxDimension, maxEdgeLength: threshold, representatives: representatives)
    }
}

/// The file's input; its bytes are let go before anything is measured.
func readInput(_ options: BenchOptions) throws -> ComputeInput {
    guard let file = fopen(options.path, "rb") else { throw BenchError.unreadable(options.path) }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    let size = ftell(file)
    rewind(file)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = fread(buffer.baseAddress, 1, size, file)
    }
    return try InputParser.parse(bytes, as: options.format, name: options.path, precision: .float32)
}
